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
from .repository import TICKET, SolvedTickets, TicketRepository

__all__ = [
    "TICKET",
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
