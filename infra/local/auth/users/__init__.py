"""Rows of `auth.users`, passwords, and the JSON that clients read as a user."""

from .leaving import ban, delete, refuse_banned, require, soft_delete
from .passwords import check_address, check_password, hashed, matches
from .registering import register
from .rows import (
    NO_INSTANCE,
    TAKEN,
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
    "TAKEN",
    "Row",
    "ban",
    "check_address",
    "check_password",
    "confirm",
    "create",
    "delete",
    "find",
    "find_by_email",
    "hashed",
    "matches",
    "one",
    "profile",
    "refuse_banned",
    "refuse_taken",
    "register",
    "require",
    "soft_delete",
    "update",
]
