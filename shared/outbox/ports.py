"""What may be asked of the outbox and the event feed. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from shared.core.events import DomainEvent
from shared.core.types import Page

from .models import DeadLetter, EventFigures, EventMessage, EventRetry, PendingEvent


class EventIntake(Protocol):
    """Checking a webhook of the database before it is enqueued."""

    def accept(self, event: UUID, proof: str) -> bool:
        """Return whether this event's webhook comes for the first time."""
        ...


class Outbox(Protocol):
    """What a worker does with a pending event."""

    def read(self, event: UUID) -> PendingEvent | None:
        """Return an event that is still pending, or None when it is not."""
        ...

    def done(self, event: UUID, reaction: str) -> None:
        """Record a reaction whose effect is outside the database."""
        ...

    def finish(self, event: UUID) -> None:
        """Record that all reactions are done."""
        ...

    def fail(self, event: UUID, error: str) -> bool:
        """Retry the event later; return whether it is dead-lettered instead."""
        ...


class EventEffects(Protocol):
    """Reactions whose effect and record are one transaction of the database.

    Each returns whether it had its effect now, and not at an earlier delivery.
    """

    def notify_people(self, event: UUID) -> bool:
        """Notify the people concerned, in their lists and by email."""
        ...

    def create_webhook_deliveries(self, event: UUID) -> bool:
        """Create a delivery for every endpoint that subscribes to its type."""
        ...


class EventMeasurements(Protocol):
    """Figures of events for metrics, each given out once."""

    def measure(self, event: UUID) -> EventFigures | None:
        """Return the figures of an event, or None when they were given out before."""
        ...


class MissedEvents(Protocol):
    """Events whose webhook or queue message was lost."""

    def claim(self) -> list[EventMessage]:
        """Lease the oldest events that were not processed in time."""
        ...


class EventFeed(Protocol):
    """Everything that the caller may see, in an order that is never added to behind."""

    def follow(self, cursor: str | None, size: int, *, now: bool) -> Page[DomainEvent]:
        """Return what comes after a cursor, which is never null; raise `Malformed`.

        With `now`, return nothing, and the cursor from which to hear what is to come.
        """
        ...


class DeadLetters(Protocol):
    """Events that failed at every attempt; needs `events.manage`."""

    def page(self, cursor: str | None, size: int) -> Page[DeadLetter]:
        """Return a page of them, oldest first, or raise `Denied`."""
        ...

    def retry(self, event: UUID, key: str | None) -> EventRetry:
        """Have the workers try one again; raise `Denied`, `NotFound`."""
        ...
