"""Rows of `auth.users`, passwords, and the JSON that clients read as a user."""

from .passwords import check_address, check_password, hashed, matches
from .registering import register
from .rows import (
    NO_INSTANCE,
    Row,
    confirm,
    create,
    find,
    find_by_email,
    one,
    profile,
    refuse_taken,
    update,
)

__all__ = [
    "NO_INSTANCE",
    "Row",
    "check_address",
    "check_password",
    "confirm",
    "create",
    "find",
    "find_by_email",
    "hashed",
    "matches",
    "one",
    "profile",
    "refuse_taken",
    "register",
    "update",
]
