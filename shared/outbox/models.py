"""Pending events, dead letters, and figures about both."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.core.events import DomainEvent, EventType
from shared.core.types import Model


class EventMessage(Model):
    """A message of the event queue; its worker reads the event from the database."""

    event_id: UUID
    correlation_id: str | None = None


class PendingEvent(Model):
    """An event as it stands in the database, and the reactions that are done."""

    event: DomainEvent
    done: frozenset[str]


class EventFigures(Model):
    """Figures of an event; seconds where it is the first reply to a ticket."""

    first_reply_seconds: float | None


class DeadLetter(Model):
    """An event whose reactions failed at every attempt."""

    event_id: UUID
    ticket_id: UUID
    seq: int
    type: EventType
    parked_at: datetime
    attempts: int
    last_error: str | None = Field(description="Which reaction failed, and how.")


class EventRetry(Model):
    """A dead letter that is tried again."""

    event_id: UUID
    due_at: datetime = Field(description="From when on the relay takes it up.")


class OutboxLag(Model):
    """How far the workers are behind: pending events, dead letters, oldest age."""

    pending: int
    dead_lettered: int
    oldest_seconds: float
