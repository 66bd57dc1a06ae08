"""A webhook of the database, verified and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.core.auth import accept_proof, verify_hook
from shared.core.errors import Invalid
from shared.core.events import EventType
from shared.outbox import EventMessage

JobTable = Literal["agents", "bulk_updates"]
"""Tables whose changes mean that a job may be due, and no more."""


class EventRecord(BaseModel):
    """A row of `ticket_events`, as far as the queue needs it."""

    id: UUID
    type: EventType
    correlation_id: str | None = None


class EventBody(BaseModel):
    """The platform's form of a webhook about an event, as far as we need it."""

    type: Literal["INSERT"]
    table: Literal["ticket_events"]
    record: EventRecord


class JobBody(BaseModel):
    """The same about a row that a worker reads for itself."""

    type: Literal["INSERT", "UPDATE"]
    table: JobTable


@dataclass(frozen=True)
class EventHook:
    """An event, and the proof that the database sent it."""

    message: EventMessage
    type: EventType
    proof: str

    def names(self) -> dict[str, str]:
        """Return what a log may say of it."""
        names = {"event_id": str(self.message.event_id), "type": self.type}
        correlation_id = self.message.correlation_id
        return {**names, "correlation_id": correlation_id} if correlation_id else names


@dataclass(frozen=True)
class JobHook:
    """A job may be due, of the kind that a table stands for."""

    table: JobTable

    def names(self) -> dict[str, str]:
        """Return what a log may say of it."""
        return {"table": self.table}


_BODY: TypeAdapter[EventBody | JobBody] = TypeAdapter(
    Annotated[EventBody | JobBody, Field(discriminator="table")]
)


def read_hook(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> EventHook | JobHook:
    """Verify a webhook, then read it.

    Raises:
        Unauthenticated: not signed, or stale.
        Invalid: signed, but nothing that we know.
    """
    secret = verify_hook(headers, body, secrets)
    try:
        parsed = _BODY.validate_json(body)
    except ValidationError:
        raise Invalid("This is no event that we know.", "unknown-event") from None
    if isinstance(parsed, JobBody):
        return JobHook(parsed.table)
    record = parsed.record
    message = EventMessage(event_id=record.id, correlation_id=record.correlation_id)
    return EventHook(message, record.type, accept_proof(str(record.id), secret))
