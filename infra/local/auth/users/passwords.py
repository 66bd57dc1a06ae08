"""Check and hash passwords, and check email addresses."""

import asyncio
import re
import secrets

import bcrypt

from infra.local.auth.errors import AuthError

MAX_PASSWORD = 72  # bytes; bcrypt reads no further
BCRYPT_COST = 10
ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
MAX_ADDRESS = 255  # characters


def check_password(password: str, minimum: int) -> None:
    """Check the length of a password.

    Raises:
        AuthError: `validation_failed` or `weak_password`.
    """
    if len(password.encode()) > MAX_PASSWORD:
        text = "Password cannot be longer than 72 characters"
        raise AuthError(400, "validation_failed", text)
    if len(password) < minimum:
        text = f"Password should be at least {minimum} characters."
        reasons = {"reasons": ["length"]}
        raise AuthError(422, "weak_password", text, weak_password=reasons)


def check_address(email: str) -> str:
    """Return an email address in lower case.

    Raises:
        AuthError: it is no address.
    """
    if len(email) > MAX_ADDRESS or not ADDRESS.fullmatch(email):
        text = "Unable to validate email address: invalid format"
        raise AuthError(400, "validation_failed", text)
    return email.lower()


async def hashed(password: str | None) -> str:
    """Hash a password in a thread; without one, a random one."""
    word = (password or secrets.token_urlsafe(32)).encode()[:MAX_PASSWORD]
    salt = bcrypt.gensalt(BCRYPT_COST)
    return (await asyncio.to_thread(bcrypt.hashpw, word, salt)).decode()


async def matches(password: str, digest: str | None) -> bool:
    """Return whether the password is the one that was hashed."""
    if not digest:
        return False
    word = password.encode()[:MAX_PASSWORD]
    return await asyncio.to_thread(bcrypt.checkpw, word, digest.encode())
