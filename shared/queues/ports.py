"""What use cases may ask about queues. Each method is one round trip, one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from .models import Member, Queue, QueueChange, QueueDraft
from .pages import TicketPage
from .selection import Selection


class QueueWriter(Protocol):
    """Making and changing queues, by key or id."""

    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        """Make a queue once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, queue: str, change: QueueChange) -> Queue:
        """Change what was sent; raise `NotFound`, `Denied`, `Conflict`, `Invalid`."""
        ...


class QueueMembers(Protocol):
    """Members of queues: the agents who work them."""

    def members(self, queue: str) -> list[Member]:
        """Return the members of a queue, by name, or raise `NotFound`."""
        ...

    def add(self, queue: str, person: UUID) -> Member:
        """Add a member; raise `NotFound`, `Denied`, `Invalid`."""
        ...

    def remove(self, queue: str, person: UUID) -> Member:
        """Remove a member, and put back their tickets; raise `NotFound`, `Denied`."""
        ...


class QueueReader(Protocol):
    """Reading queues and the tickets in them."""

    def overview(self) -> list[Queue]:
        """Return the queues the caller may read, with live counts."""
        ...

    def page(
        self,
        queue: str,
        selection: Selection,
        cursor: str | None,
        size: int,
        *,
        count: bool = False,
    ) -> TicketPage:
        """Return tickets of a queue, or raise `NotFound`, `Invalid`."""
        ...

    def view(
        self, view: UUID, cursor: str | None, size: int, *, count: bool = False
    ) -> TicketPage:
        """Return tickets of a saved view, or raise `NotFound`, `Invalid`."""
        ...
