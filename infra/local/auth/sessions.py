"""Sessions and their refresh tokens: rotated at each use, and reuse is noticed."""

import re
import secrets
import string
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from .problems import Refusal
from .profile import profile
from .tokens import Tokens
from .users import NO_INSTANCE, Connection, Row, find, one

ALPHABET = string.ascii_lowercase + "234567"
REFRESH_TOKEN = re.compile(r"[a-z2-7]{12}")
Scope = Literal["global", "local", "others"]
SIGN_OUT: Mapping[Scope, str] = {
    "global": "delete from auth.sessions where user_id = %(user)s",
    "local": "delete from auth.sessions where user_id = %(user)s and id = %(this)s",
    "others": "delete from auth.sessions where user_id = %(user)s and id <> %(this)s",
}
ISSUE = """
insert into auth.refresh_tokens (
    instance_id, token, user_id, revoked, parent, created_at, updated_at, session_id
) values (%s, %s, %s, false, %s, now(), now(), %s)
"""
ACTIVE = """
select token, parent from auth.refresh_tokens
where session_id = %s and not revoked order by id desc limit 1
"""
REVOKE = """
update auth.refresh_tokens set revoked = true, updated_at = now()
where session_id = %s and not revoked
"""


class ReusedToken(Refusal):
    """A refresh token was used again: its family ends, and that must be kept."""

    def __init__(self, session_id: UUID) -> None:
        text = "Invalid Refresh Token: Already Used"
        super().__init__(400, "refresh_token_already_used", text)
        self.session_id = session_id


async def open_session(
    connection: Connection, tokens: Tokens, user_id: UUID, user_agent: str | None
) -> Row:
    """Start a session by password and return its token response."""
    session_id = uuid4()
    await connection.execute(
        "update auth.users set last_sign_in_at = now(), updated_at = now()"
        " where id = %s",
        [user_id],
    )
    await connection.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, user_agent)"
        " values (%s, %s, now(), now(), %s)",
        [session_id, user_id, user_agent],
    )
    await connection.execute(
        "insert into auth.mfa_amr_claims"
        " (id, session_id, created_at, updated_at, authentication_method)"
        " values (gen_random_uuid(), %s, now(), now(), 'password')",
        [session_id],
    )
    token = await _issue(connection, session_id, user_id, None)
    access = await tokens.sign(connection, user_id, session_id, "password")
    return await _response(connection, user_id, access, token)


async def refresh(
    connection: Connection, tokens: Tokens, token: str, reuse_interval: int
) -> Row:
    """Exchange a refresh token and return the token response.

    Raises:
        ReusedToken: somebody used it before; the caller revokes the family.
        Refusal: it is malformed, unknown, or its user is banned.
    """
    used = await _used_token(connection, token)
    session_id, user_id = used["session_id"], UUID(used["user_id"])
    await _refuse_banned(connection, user_id)
    fresh = None
    if used["revoked"]:
        fresh = await _forgive(connection, used, reuse_interval)
    if fresh is None:
        await connection.execute(REVOKE, [session_id])
        fresh = await _issue(connection, session_id, user_id, token)
    access = await tokens.sign(connection, user_id, session_id, "token_refresh")
    return await _response(connection, user_id, access, fresh)


async def revoke_family(connection: Connection, session_id: UUID) -> None:
    """End every refresh token of a session."""
    await connection.execute(REVOKE, [session_id])


async def sign_out(
    connection: Connection, user_id: UUID, session_id: str, scope: Scope
) -> None:
    """End the sessions of a user: all, this one, or all but this one."""
    values = {"user": user_id, "this": session_id}
    await connection.execute(SIGN_OUT[scope], values)


async def exists(connection: Connection, session_id: str) -> bool:
    """Whether the session of an access token has not ended."""
    query = "select id from auth.sessions where id = %s"
    return await one(connection, query, session_id) is not None


def is_banned(user: Row) -> bool:
    """Whether a ban holds now."""
    until = user["banned_until"]
    return bool(until and until > datetime.now(UTC))


async def _used_token(connection: Connection, token: str) -> Row:
    """Return the row of a refresh token, locked against a second exchange."""
    if not REFRESH_TOKEN.fullmatch(token):
        raise Refusal(400, "validation_failed", "Refresh token is not valid")
    query = "select * from auth.refresh_tokens where token = %s"
    row = await one(connection, query, token)
    if row is None:
        text = "Invalid Refresh Token: Refresh Token Not Found"
        raise Refusal(400, "refresh_token_not_found", text)
    # The session is the lock: of two exchanges at once the second sees the first.
    lock = "select id from auth.sessions where id = %s for update"
    await connection.execute(lock, [row["session_id"]])
    return await one(connection, query, token) or row


async def _forgive(connection: Connection, used: Row, interval: int) -> str | None:
    """Return the token to answer with; None for a new one.

    A client that missed the answer asks again: with the parent of the active token at
    any time, with another one within the interval.
    """
    active = await one(connection, ACTIVE, used["session_id"])
    if active and active["parent"] == used["token"]:
        return str(active["token"])
    if datetime.now(UTC) > used["updated_at"] + timedelta(seconds=interval):
        raise ReusedToken(used["session_id"])
    return None


async def _refuse_banned(connection: Connection, user_id: UUID) -> None:
    user = await find(connection, user_id)
    if user and is_banned(user):
        raise Refusal(400, "user_banned", "Invalid Refresh Token: User Banned")


async def _issue(
    connection: Connection, session_id: UUID, user_id: UUID, parent: str | None
) -> str:
    token = "".join(secrets.choice(ALPHABET) for _ in range(12))
    values = (NO_INSTANCE, token, str(user_id), parent, session_id)
    await connection.execute(ISSUE, values)
    return token


async def _response(
    connection: Connection, user_id: UUID, access: tuple[str, int], token: str
) -> dict[str, Any]:
    access_token, expires_at = access
    return {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": expires_at - int(time.time()),
        "expires_at": expires_at,
        "refresh_token": token,
        "user": await profile(connection, user_id),
    }
