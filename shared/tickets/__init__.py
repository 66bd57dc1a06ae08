"""Tickets: models, ports and repository; comments and ticket types below."""

from .models import (
    Assignment,
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
from .repository import SolvedTickets, TicketRepository

__all__ = [
    "Assignment",
    "ReadMarker",
    "ReadMarkerChange",
    "ReadMarkerRepository",
    "ReadMarkers",
    "SolvedTickets",
    "StatusChange",
    "Tag",
    "Ticket",
    "TicketChange",
    "TicketDraft",
    "TicketReader",
    "TicketRef",
    "TicketRepository",
    "TicketWriter",
    "WaitingParty",
]
