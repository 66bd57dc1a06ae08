"""Ticket events; `DomainEvent` is the closed list."""

from .schema import event_schema
from .tickets import (
    DomainEvent,
    EventType,
    TicketAssigned,
    TicketCommented,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketReplyTakenOver,
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
    "TicketReplyTakenOver",
    "TicketStatusChanged",
    "TicketUpdated",
    "event_schema",
    "parse_event",
]
