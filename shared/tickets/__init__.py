"""Tickets: models, ports and repository; access and comments below."""

from .actions import Tags, TicketActions, TicketStep
from .models import (
    Assignment,
    MyTickets,
    MyTicketsSort,
    Snooze,
    StatusChange,
    Tag,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRef,
    WaitingParty,
)
from .ports import TicketReader, TicketSnoozing, TicketWriter
from .read_markers import (
    ReadMarker,
    ReadMarkerChange,
    ReadMarkerRepository,
    ReadMarkers,
)
from .redaction import (
    Redaction,
    TextToRedact,
    TicketRedaction,
    TicketRedactionRepository,
)
from .repository import SolvedTickets, TicketRepository, read_events
from .snoozing import Automations, TicketSnoozeRepository

__all__ = [
    "Assignment",
    "Automations",
    "MyTickets",
    "MyTicketsSort",
    "ReadMarker",
    "ReadMarkerChange",
    "ReadMarkerRepository",
    "ReadMarkers",
    "Redaction",
    "Snooze",
    "SolvedTickets",
    "StatusChange",
    "Tag",
    "Tags",
    "TextToRedact",
    "Ticket",
    "TicketActions",
    "TicketChange",
    "TicketDraft",
    "TicketReader",
    "TicketRedaction",
    "TicketRedactionRepository",
    "TicketRef",
    "TicketRepository",
    "TicketSnoozeRepository",
    "TicketSnoozing",
    "TicketStep",
    "TicketWriter",
    "WaitingParty",
    "read_events",
]
