"""What use cases may ask about queues. Each method is one round trip, one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from .models import Queue, QueueSummary
from .pages import TicketPage
from .selection import Selection


class QueueReader(Protocol):
    """Reading queues and the tickets in them."""

    def overview(self, *, archived: bool) -> list[Queue | QueueSummary]:
        """Return the queues that staff may read, or those open to a customer.

        Args:
            archived: whether to list those that are archived, for staff alone.
        """
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
