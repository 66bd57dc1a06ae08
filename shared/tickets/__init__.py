"""Tickets: models, ports and repository; access and comments below."""

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
    "TextToRedact",
    "Ticket",
    "TicketChange",
    "TicketDraft",
    "TicketReader",
    "TicketRedaction",
    "TicketRedactionRepository",
    "TicketRef",
    "TicketRepository",
    "TicketSnoozeRepository",
    "TicketSnoozing",
    "TicketWriter",
    "WaitingParty",
    "read_events",
]
