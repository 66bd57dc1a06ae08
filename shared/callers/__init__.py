"""Who calls, and the database as they may see it."""

from .callers import (
    CallersDatabase,
    PublicDatabase,
    get_authenticator,
    get_public_database,
    get_settings,
)

__all__ = [
    "CallersDatabase",
    "PublicDatabase",
    "get_authenticator",
    "get_public_database",
    "get_settings",
]
