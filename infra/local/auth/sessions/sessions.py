"""Open sessions, continue them with refresh tokens, and end them."""

import time
from collections.abc import Mapping
from uuid import UUID, uuid4

from infra.local.auth.users import Row, one, profile
from infra.local.pool import Connection

from .rotation import issue, rotate
from .tokens import Tokens

SIGN_OUT: Mapping[str, str] = {
    "global": "delete from auth.sessions where user_id = %(user)s",
    "local": "delete from auth.sessions where user_id = %(user)s and id = %(this)s",
    "others": "delete from auth.sessions where user_id = %(user)s and id <> %(this)s",
}


async def open_session(
    connection: Connection, tokens: Tokens, user_id: UUID, method: str = "password"
) -> Row:
    """Start a session, by `password` or `otp`, and return its token response."""
    session_id = uuid4()
    await connection.execute(
        "update auth.users set last_sign_in_at = now(), updated_at = now()"
        " where id = %s",
        [user_id],
    )
    await connection.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at)"
        " values (%s, %s, now(), now())",
        [session_id, user_id],
    )
    await connection.execute(
        "insert into auth.mfa_amr_claims"
        " (id, session_id, created_at, updated_at, authentication_method)"
        " values (gen_random_uuid(), %s, now(), now(), %s)",
        [session_id, method],
    )
    token = await issue(connection, session_id, user_id, None)
    access = await tokens.sign(connection, user_id, session_id, method)
    return await _response(connection, user_id, access, token)


async def refresh(
    connection: Connection, tokens: Tokens, token: str, interval: int
) -> Row:
    """Exchange a refresh token and return the token response.

    Raises:
        ReusedToken: it was used before; the caller revokes the family.
        AuthError: it is malformed or unknown.
    """
    now = await rotate(connection, token, interval)
    method = "token_refresh"
    access = await tokens.sign(connection, now.user_id, now.session_id, method)
    return await _response(connection, now.user_id, access, now.token)


async def sign_out(
    connection: Connection, user_id: UUID, session_id: str, scope: str
) -> None:
    """End the sessions of a user: all, this one, or all but this one."""
    values = {"user": user_id, "this": session_id}
    await connection.execute(SIGN_OUT[scope], values)


async def exists(connection: Connection, session_id: str) -> bool:
    """Return whether the session of an access token has not ended."""
    query = "select id from auth.sessions where id = %s"
    return await one(connection, query, session_id) is not None


async def _response(
    connection: Connection, user_id: UUID, access: tuple[str, int], token: str
) -> Row:
    access_token, expires_at = access
    return {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": expires_at - int(time.time()),
        "expires_at": expires_at,
        "refresh_token": token,
        "user": await profile(connection, user_id),
    }
