"""Tickets: models, ports and repository; access and comments below."""

from .models import (
    Assignment,
    MyTickets,
    MyTicketsSort,
    StatusChange,
    Tag,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRef,
    WaitingParty,
)
from .ports import TicketReader, TicketWriter
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

__all__ = [
    "Assignment",
    "MyTickets",
    "MyTicketsSort",
    "ReadMarker",
    "ReadMarkerChange",
    "ReadMarkerRepository",
    "ReadMarkers",
    "Redaction",
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
    "TicketWriter",
    "WaitingParty",
    "read_events",
]
