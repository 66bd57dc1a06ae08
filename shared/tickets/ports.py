"""What use cases may ask about tickets. Each method is one round trip, one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol

from shared.core.events import DomainEvent
from shared.core.types import NumberedPage, Page

from .models import (
    MyTickets,
    Snooze,
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRef,
)


class TicketReader(Protocol):
    """Looking tickets up."""

    def mine(self, chosen: MyTickets, cursor: str | None, size: int) -> Page[Ticket]:
        """Return what the caller requested, follows or is assigned."""
        ...

    def events(self, ticket: TicketRef, page: NumberedPage) -> Page[DomainEvent]:
        """Return a page of what happened, by `seq`, or raise `NotFound`."""
        ...


class TicketWriter(Protocol):
    """Changing tickets. `version` is the one the caller has read, or None for any."""

    def create(self, draft: TicketDraft, key: str | None) -> Ticket:
        """Open a ticket once a key; raise `Invalid` for a key of another request."""
        ...

    def update(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        """Change fields; raise `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def change_status(
        self, ticket: TicketRef, change: StatusChange, version: int | None
    ) -> Ticket:
        """Take one step; raise `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def assign(self, ticket: TicketRef, assignee: str, version: int | None) -> Ticket:
        """Give it to a person; raise `NotFound`, `Denied`, `Invalid`, `Stale`."""
        ...

    def release(self, ticket: TicketRef, version: int | None) -> Ticket:
        """Put it back; raise `NotFound`, `Denied`, `Conflict`, `Stale`."""
        ...


class TicketSnoozing(Protocol):
    """Taking tickets out of the way. `version` is the one that was read, or None."""

    def snooze(self, ticket: TicketRef, snooze: Snooze, version: int | None) -> Ticket:
        """Until a time; raise `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def unsnooze(self, ticket: TicketRef, version: int | None) -> Ticket:
        """Bring it back; raise `NotFound`, `Denied`, `Stale`."""
        ...
