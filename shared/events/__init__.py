"""What has happened; `DomainEvent` is the closed list."""

from .schema import event_schema
from .tickets import (
    DomainEvent,
    EventType,
    TicketAssigned,
    TicketCommented,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketStatusChanged,
    TicketUpdated,
    parse_event,
)

__all__ = [
    "DomainEvent",
    "EventType",
    "TicketAssigned",
    "TicketCommentRedacted",
    "TicketCommented",
    "TicketCreated",
    "TicketEvent",
    "TicketStatusChanged",
    "TicketUpdated",
    "event_schema",
    "parse_event",
]
