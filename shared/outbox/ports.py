"""What may be asked of the outbox. Each method is one transaction."""

from typing import Protocol
from uuid import UUID

from shared.events import DomainEvent
from shared.models import Model


class OwedEvent(Model):
    """An event as it stands in the database, and the reactions it has had."""

    event: DomainEvent
    done: frozenset[str]


class EventFigures(Model):
    """What an event amounts to; seconds where it is the first reply to a ticket."""

    first_reply_seconds: float | None


class EventIntake(Protocol):
    """Where a database webhook is announced before it is believed."""

    def accept(self, event: UUID, proof: str) -> bool:
        """Say whether this event's webhook comes for the first time."""
        ...


class EventWork(Protocol):
    """What a worker does with an event."""

    def read(self, event: UUID) -> OwedEvent | None:
        """Return an event that is still owed, or None when it no longer is."""
        ...

    def done(self, event: UUID, reaction: str) -> None:
        """Record a reaction whose effect is outside the database."""
        ...

    def finish(self, event: UUID) -> None:
        """Everybody has reacted."""
        ...

    def fail(self, event: UUID, error: str) -> bool:
        """Put the event off; return whether that was its last attempt."""
        ...


class Effects(Protocol):
    """Reactions whose effect and record are one transaction of the database.

    Each returns whether it had its effect now, and not at an earlier delivery.
    """

    def notify_people(self, event: UUID) -> bool:
        """Put the event into the lists and the mail of the people concerned."""
        ...

    def fill_webhook_deliveries(self, event: UUID) -> bool:
        """Owe the event to every endpoint that asked for its type."""
        ...


class Measures(Protocol):
    """What is to be counted, once."""

    def measure(self, event: UUID) -> EventFigures | None:
        """Return the figures of an event, or None when they were given out before."""
        ...


class MissedEventSource(Protocol):
    """What the relay lives on."""

    def claim(self) -> list[DomainEvent]:
        """Take the oldest events that nobody has reacted to in time."""
        ...
