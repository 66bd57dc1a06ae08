"""Events that were put aside after their last attempt."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.events import EventType
from shared.models import Model


class ParkedEvent(Model):
    """Something happened, and those who react failed every time."""

    event_id: UUID
    ticket_id: UUID
    seq: int
    type: EventType
    parked_at: datetime
    attempts: int
    last_error: str | None = Field(description="Which reaction failed, and how.")


class EventRetry(Model):
    """A parked event that is tried again."""

    event_id: UUID
    due_at: datetime = Field(description="From when on the relay takes it up.")
