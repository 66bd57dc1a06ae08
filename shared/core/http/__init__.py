"""Everything between API Gateway and a use case, written once."""

from .app import create_app, create_handler
from .callers import (
    CallersDatabase,
    PublicDatabase,
    get_authenticator,
    get_public_database,
    get_settings,
    provide,
    provider,
)
from .parameters import (
    Commas,
    EventsQuery,
    ExpectedVersion,
    IdempotencyKey,
    PageQuery,
    StatusList,
    set_etag,
)
from .problems import STATUS

__all__ = [
    "STATUS",
    "CallersDatabase",
    "Commas",
    "EventsQuery",
    "ExpectedVersion",
    "IdempotencyKey",
    "PageQuery",
    "PublicDatabase",
    "StatusList",
    "create_app",
    "create_handler",
    "get_authenticator",
    "get_public_database",
    "get_settings",
    "provide",
    "provider",
    "set_etag",
]
