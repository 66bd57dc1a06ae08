"""Users: their rows, what is accepted from them, and what clients see."""

from infra.local.pool import Connection

from .changes import change_address, confirm, empty, merge_metadata, merged
from .passwords import banned_until, check_address, check_password, hashed, matches
from .profile import profile
from .users import (
    NO_INSTANCE,
    NewUser,
    Row,
    change,
    count,
    create,
    find,
    find_by_email,
    is_banned,
    one,
    refuse_taken,
    signup_data,
)

__all__ = [
    "NO_INSTANCE",
    "Connection",
    "NewUser",
    "Row",
    "banned_until",
    "change",
    "change_address",
    "check_address",
    "check_password",
    "confirm",
    "count",
    "create",
    "empty",
    "find",
    "find_by_email",
    "hashed",
    "is_banned",
    "matches",
    "merge_metadata",
    "merged",
    "one",
    "profile",
    "refuse_taken",
    "signup_data",
]
