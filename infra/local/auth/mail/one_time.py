"""Issue and redeem one-time tokens: a code to type, and its hash for links."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from infra.local.auth.errors import AuthError, Body
from infra.local.auth.users import Row, one, refuse_banned, update
from infra.local.pool import Connection

DIGITS = 6


@dataclass(frozen=True)
class Kind:
    """Where `auth.users` keeps a token, by the name that clients call it."""

    name: str
    column: str
    sent_at: str


SIGN_UP = Kind("signup", "confirmation_token", "confirmation_sent_at")
INVITE = Kind("invite", "confirmation_token", "confirmation_sent_at")
MAGIC_LINK = Kind("magiclink", "recovery_token", "recovery_sent_at")
RECOVERY = Kind("recovery", "recovery_token", "recovery_sent_at")
# `email` stands for either, whatever the address got.
KINDS: Mapping[str, tuple[Kind, ...]] = {
    **{kind.name: (kind,) for kind in (SIGN_UP, INVITE, MAGIC_LINK, RECOVERY)},
    "email": (MAGIC_LINK, SIGN_UP),
}


@dataclass(frozen=True)
class Token:
    """A token as it is sent: the code that a person types, and the hash in a link."""

    code: str = field(repr=False)
    hashed: str = field(repr=False)


async def issue(connection: Connection, user: Row, kind: Kind) -> Token:
    """Give a user a token in the place of an earlier one."""
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    token = Token(code, _hash(user["email"], code))
    values = {kind.column: token.hashed, kind.sent_at: datetime.now(UTC)}
    await update(connection, user["id"], **values)
    return token


async def redeem(connection: Connection, body: Body, life: int) -> Row:
    """Return the user of a token, which is used up with that.

    Args:
        connection: in a transaction.
        body: `type`, and either `token_hash` or `email` and `token`.
        life: seconds that a token is good for.

    Raises:
        AuthError: something is left out, no such token is good now, or its user is
            banned.
    """
    kinds, hashed = KINDS.get(body.text("type")), body.text("token_hash")
    email, code = body.text("email").lower(), body.text("token")
    if kinds is None:
        raise AuthError(400, "validation_failed", "Invalid email verification type")
    if bool(hashed) == bool(email and code):
        text = "Verify requires either a token hash, or an email address and a token"
        raise AuthError(400, "validation_failed", text)
    wanted = hashed or _hash(email, code)
    for kind in kinds:
        if user := await _holder(connection, kind, wanted, life):
            refuse_banned(user, 403)
            await update(connection, user["id"], **{kind.column: ""})
            return user
    text = "Email link is invalid or has expired"
    raise AuthError(403, "otp_expired", text)


async def _holder(
    connection: Connection, kind: Kind, hashed: str, life: int
) -> Row | None:
    """Return the user whose token it is, locked against a second use."""
    query = f"select * from auth.users where {kind.column} = %s for update"  # noqa: S608
    user = await one(connection, query, hashed)
    if user is None or user[kind.sent_at] is None:
        return None
    age = datetime.now(UTC) - user[kind.sent_at]
    return user if age < timedelta(seconds=life) else None


def _hash(email: str, code: str) -> str:
    return hashlib.sha224(f"{email.lower()}{code}".encode()).hexdigest()
