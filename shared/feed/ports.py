"""What use cases may ask about events across tickets. Each method is one round trip.

Every method may raise `Unauthenticated` and `Unavailable`; what else is said below.
"""

from typing import Protocol
from uuid import UUID

from shared.events import DomainEvent
from shared.pages import Page

from .models import EventRetry, ParkedEvent


class EventFeed(Protocol):
    """Everything that the caller may see, in an order that is never added to behind."""

    def follow(self, cursor: str | None, size: int, *, now: bool) -> Page[DomainEvent]:
        """Return what comes after a cursor, which is never null; raise `Malformed`.

        With `now`, return nothing, and the cursor from which to hear what is to come.
        """
        ...


class ParkedEventKeeper(Protocol):
    """Looking after events that nobody could react to; needs `events.manage`."""

    def page(self, cursor: str | None, size: int) -> Page[ParkedEvent]:
        """Return those put aside, oldest first, or raise `Denied`."""
        ...

    def retry(self, event: UUID, key: str | None) -> EventRetry:
        """Let the workers try again; raise `Denied`, `NotFound`."""
        ...
