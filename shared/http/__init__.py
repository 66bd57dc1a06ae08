"""Everything between API Gateway and a use case, written once."""

from .app import create_app, create_handler
from .documents import compose_openapi
from .parameters import (
    Commas,
    EventsQuery,
    ExpectedVersion,
    IdempotencyKey,
    PageQuery,
    StatusList,
    tag,
)
from .stores import (
    CallersDatabase,
    KeepRoles,
    PublicDatabase,
    ReadPeople,
    ReadQueues,
    ReadTickets,
    Talk,
    WriteTickets,
    get_authenticator,
    get_conversation,
    get_people,
    get_public_database,
    get_queues,
    get_roles,
    get_tickets,
)

__all__ = [
    "CallersDatabase",
    "Commas",
    "EventsQuery",
    "ExpectedVersion",
    "IdempotencyKey",
    "KeepRoles",
    "PageQuery",
    "PublicDatabase",
    "ReadPeople",
    "ReadQueues",
    "ReadTickets",
    "StatusList",
    "Talk",
    "WriteTickets",
    "compose_openapi",
    "create_app",
    "create_handler",
    "get_authenticator",
    "get_conversation",
    "get_people",
    "get_public_database",
    "get_queues",
    "get_roles",
    "get_tickets",
    "tag",
]
