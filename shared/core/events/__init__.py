"""Ticket events; `DomainEvent` is the closed list."""

from .schema import event_schema
from .tickets import (
    TicketAssigned,
    TicketCommented,
    TicketCommentEdited,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketFollowedUp,
    TicketFollowerAdded,
    TicketFollowerRemoved,
    TicketMentioned,
    TicketRated,
    TicketRedacted,
    TicketReplyTakenOver,
    TicketStatusChanged,
    TicketUpdated,
)
from .union import EVENT_CLASSES, DomainEvent, EventType, event_json, parse_event

__all__ = [
    "EVENT_CLASSES",
    "DomainEvent",
    "EventType",
    "TicketAssigned",
    "TicketCommentEdited",
    "TicketCommentRedacted",
    "TicketCommented",
    "TicketCreated",
    "TicketEvent",
    "TicketFollowedUp",
    "TicketFollowerAdded",
    "TicketFollowerRemoved",
    "TicketMentioned",
    "TicketRated",
    "TicketRedacted",
    "TicketReplyTakenOver",
    "TicketStatusChanged",
    "TicketUpdated",
    "event_json",
    "event_schema",
    "parse_event",
]
