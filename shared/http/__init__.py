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
    KeepRoles,
    ReadPeople,
    ReadQueues,
    ReadTickets,
    Talk,
    WriteTickets,
    get_conversation,
    get_people,
    get_queues,
    get_roles,
    get_tickets,
)

__all__ = [
    "Commas",
    "EventsQuery",
    "ExpectedVersion",
    "IdempotencyKey",
    "KeepRoles",
    "PageQuery",
    "ReadPeople",
    "ReadQueues",
    "ReadTickets",
    "StatusList",
    "Talk",
    "WriteTickets",
    "compose_openapi",
    "create_app",
    "create_handler",
    "get_conversation",
    "get_people",
    "get_queues",
    "get_roles",
    "get_tickets",
    "tag",
]
