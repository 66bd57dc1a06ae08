"""Tickets with what is included, over PostgREST."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import read_page
from shared.tickets import TicketRef, read_events
from shared.tickets.comments import Comment

from .models import Part, TicketDetail


class TicketDetailReader(Protocol):
    """Reading a ticket for a screen. One round trip, one transaction."""

    def get(
        self, ticket: TicketRef, parts: Sequence[Part] | None = None
    ) -> TicketDetail:
        """Return one visible ticket with these parts.

        Raises:
            NotFound: there is no such ticket, or the caller may not see it.
        """
        ...

    def at(self, ticket: TicketRef, time: datetime) -> TicketDetail:
        """Return a visible ticket as it was at a time; raise `NotFound`."""
        ...


class TicketDetailRepository(TicketDetailReader):
    """Tickets with their parts over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(
        self, ticket: TicketRef, parts: Sequence[Part] | None = None
    ) -> TicketDetail:
        arguments = {"ticket": ticket, "include": parts}
        row = self._database.call("get_ticket", arguments)
        if Part.COMMENTS in row:
            row["comments"] = read_page(row["comments"], Comment.model_validate)
        if Part.EVENTS in row:
            row["events"] = read_events(row["events"])
        return TicketDetail.model_validate(row)

    @override
    def at(self, ticket: TicketRef, time: datetime) -> TicketDetail:
        arguments = {"ticket": ticket, "at": time.isoformat()}
        row = self._database.call("get_ticket_at", arguments)
        return TicketDetail.model_validate(row)
