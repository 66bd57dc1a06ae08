"""Ban and delete users."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra.local.auth.errors import AuthError
from infra.local.pool import Connection

from .rows import Row, find, update

SECONDS = {"h": 3600, "m": 60, "s": 1}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([hms])")


async def require(connection: Connection, user_id: UUID) -> Row:
    """Return the row of a user.

    Raises:
        AuthError: `user_not_found`.
    """
    if (row := await find(connection, user_id)) is None:
        raise AuthError(404, "user_not_found", "User not found")
    return row


def refuse_banned(row: Row, status: int = 400) -> None:
    """Refuse a user who is banned at present.

    Raises:
        AuthError: `user_banned`.
    """
    if row["banned_until"] and row["banned_until"] > datetime.now(UTC):
        raise AuthError(status, "user_banned", "User is banned")


async def ban(connection: Connection, user_id: UUID, duration: str) -> None:
    """Ban a user for a time such as `24h` or `1h30m`; `none` ends the ban.

    Raises:
        AuthError: the duration has another form.
    """
    parts = DURATION.findall(duration)
    if duration != "none" and "".join(map("".join, parts)) != (duration or None):
        text = f'invalid format for ban duration: time: invalid duration "{duration}"'
        raise AuthError(400, "validation_failed", text)
    seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    until = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
    await update(connection, user_id, banned_until=until)


async def soft_delete(connection: Connection, user_id: UUID) -> None:
    """Keep the row of a user, without address, password and metadata."""
    await connection.execute(
        "update auth.users set deleted_at = now(), updated_at = now(),"
        " email = encode(sha256(convert_to(id || coalesce(email, ''), 'utf8')), 'hex'),"
        " encrypted_password = null, raw_user_meta_data = '{}',"
        " raw_app_meta_data = '{}' where id = %s",
        [user_id],
    )


async def delete(connection: Connection, user_id: UUID) -> None:
    """Delete the row of a user, and all that refers to it."""
    await connection.execute("delete from auth.users where id = %s", [user_id])
