"""Passwords and addresses: what Auth accepts, and how it keeps them."""

import asyncio
import re
import secrets
from datetime import UTC, datetime, timedelta

import bcrypt

from infra.local.auth.problems import Refusal

MAX_PASSWORD = 72  # bytes; bcrypt reads no further
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def check_password(password: str, minimum: int) -> None:
    """Refuse a password that is too long or too short.

    Raises:
        Refusal: `validation_failed` or `weak_password`.
    """
    if len(password.encode()) > MAX_PASSWORD:
        text = "Password cannot be longer than 72 characters"
        raise Refusal(400, "validation_failed", text)
    if len(password) < minimum:
        text = f"Password should be at least {minimum} characters."
        reasons = {"reasons": ["length"]}
        raise Refusal(422, "weak_password", text, weak_password=reasons)


def check_address(email: str) -> str:
    """Return the address in lower case.

    Raises:
        Refusal: it is no address.
    """
    if not ADDRESS.fullmatch(email):
        text = "Unable to validate email address: invalid format"
        raise Refusal(400, "validation_failed", text)
    return email.lower()


async def hashed(password: str | None, cost: int) -> str:
    """Hash a password beside the event loop; without one, of a random word."""
    word = (password or secrets.token_urlsafe(32)).encode()[:MAX_PASSWORD]
    digest = await asyncio.to_thread(bcrypt.hashpw, word, bcrypt.gensalt(cost))
    return digest.decode()


async def matches(password: str, digest: str | None) -> bool:
    """Whether the password is the one that was hashed."""
    if not digest:
        return False
    word = password.encode()[:MAX_PASSWORD]
    return await asyncio.to_thread(bcrypt.checkpw, word, digest.encode())


def banned_until(duration: str) -> datetime | None:
    """Return when a ban such as `24h` ends; None for `none`.

    Raises:
        Refusal: the duration cannot be read.
    """
    if duration == "none":
        return None
    parts = DURATION.findall(duration)
    if "".join(number + unit for number, unit in parts) != duration:
        text = f'invalid format for ban duration: time: invalid duration "{duration}"'
        raise Refusal(400, "validation_failed", text)
    seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    return datetime.now(UTC) + timedelta(seconds=seconds)
