"""Refresh tokens: rotated at each use, and reuse is noticed."""

import re
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra.local.auth.accounts import NO_INSTANCE, Row, find, is_banned, one
from infra.local.auth.problems import Refusal
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
    """Whose session goes on, and with which refresh token."""

    session_id: UUID
    user_id: UUID
    token: str = field(repr=False)


class ReusedToken(Refusal):
    """A refresh token was used again: its family ends, and that must be kept."""

    def __init__(self, session_id: UUID) -> None:
        text = "Invalid Refresh Token: Already Used"
        super().__init__(400, "refresh_token_already_used", text)
        self.session_id = session_id


async def rotate(connection: Connection, token: str, interval: int) -> Rotation:
    """Exchange a refresh token for the next one.

    Raises:
        ReusedToken: somebody used it before; the caller revokes the family.
        Refusal: it is malformed, unknown, or its user is banned.
    """
    used = await _used_token(connection, token)
    session_id, user_id = used["session_id"], UUID(used["user_id"])
    await _refuse_banned(connection, user_id)
    fresh = await _forgive(connection, used, interval) if used["revoked"] else None
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
