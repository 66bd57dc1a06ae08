"""Everything between API Gateway and a use case, written once."""

from .app import create_app, create_handler
from .callers import (
    CallersDatabase,
    PublicDatabase,
    TrustedAccounts,
    TrustedDatabase,
    get_authenticator,
    get_public_database,
    get_settings,
    provide,
    provider,
)
from .parameters import (
    Commas,
    EventsQuery,
    HistoryQuery,
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    PageQuery,
    StatusList,
    is_known,
    set_etag,
)
from .problems import STATUS

__all__ = [
    "STATUS",
    "CallersDatabase",
    "Commas",
    "EventsQuery",
    "HistoryQuery",
    "IdempotencyKey",
    "IfMatch",
    "IfNoneMatch",
    "PageQuery",
    "PublicDatabase",
    "StatusList",
    "TrustedAccounts",
    "TrustedDatabase",
    "create_app",
    "create_handler",
    "get_authenticator",
    "get_public_database",
    "get_settings",
    "is_known",
    "provide",
    "provider",
    "set_etag",
]
