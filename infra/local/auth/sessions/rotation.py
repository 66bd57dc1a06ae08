"""Rotate refresh tokens at each use, and notice reuse."""

import re
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra.local.auth.errors import AuthError
from infra.local.auth.users import NO_INSTANCE, Row, one, refuse_banned, require
from infra.local.pool import Connection

ALPHABET = string.ascii_lowercase + "234567"
REFRESH_TOKEN = re.compile(r"[a-z2-7]{12}")
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


@dataclass(frozen=True)
class Rotation:
    """The session that goes on, its user, and the next refresh token."""

    session_id: UUID
    user_id: UUID
    token: str = field(repr=False)


class ReusedToken(AuthError):
    """A refresh token was used again: all of its session are to be revoked."""

    def __init__(self, session_id: UUID) -> None:
        text = "Invalid Refresh Token: Already Used"
        super().__init__(400, "refresh_token_already_used", text)
        self.session_id = session_id


async def rotate(connection: Connection, token: str, interval: int) -> Rotation:
    """Exchange a refresh token for the next one.

    Raises:
        ReusedToken: it was used before; the caller revokes the family.
        AuthError: it is malformed or unknown, or its user is banned.
    """
    used = await _used_token(connection, token)
    session_id, user_id = used["session_id"], UUID(used["user_id"])
    refuse_banned(await require(connection, user_id))
    fresh = await _repeated(connection, used, interval) if used["revoked"] else None
    if fresh is None:
        await connection.execute(REVOKE, [session_id])
        fresh = await issue(connection, session_id, user_id, token)
    return Rotation(session_id, user_id, fresh)


async def revoke_family(connection: Connection, session_id: UUID) -> None:
    """End every refresh token of a session."""
    await connection.execute(REVOKE, [session_id])


async def issue(
    connection: Connection, session_id: UUID, user_id: UUID, parent: str | None
) -> str:
    """Store a new refresh token and return it."""
    token = "".join(secrets.choice(ALPHABET) for _ in range(12))
    values = (NO_INSTANCE, token, str(user_id), parent, session_id)
    await connection.execute(ISSUE, values)
    return token


async def _used_token(connection: Connection, token: str) -> Row:
    """Return the row of a refresh token, locked against a second exchange."""
    if not REFRESH_TOKEN.fullmatch(token):
        raise AuthError(400, "validation_failed", "Refresh token is not valid")
    query = "select * from auth.refresh_tokens where token = %s"
    row = await one(connection, query, token)
    if row is None:
        text = "Invalid Refresh Token: Refresh Token Not Found"
        raise AuthError(400, "refresh_token_not_found", text)
    # The session is the lock: of two exchanges at once the second sees the first.
    lock = "select id from auth.sessions where id = %s for update"
    await connection.execute(lock, [row["session_id"]])
    return await one(connection, query, token) or row


async def _repeated(connection: Connection, used: Row, interval: int) -> str | None:
    """Return the token that a repeated exchange gets; None for a new one.

    A client that missed the response tries again: with the parent of the active token
    at any time, with another one within the interval.
    """
    active = await one(connection, ACTIVE, used["session_id"])
    if active and active["parent"] == used["token"]:
        return str(active["token"])
    if datetime.now(UTC) > used["updated_at"] + timedelta(seconds=interval):
        raise ReusedToken(used["session_id"])
    return None
