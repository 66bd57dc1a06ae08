"""A webhook of the database, verified and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.core.auth import accept_proof, verify_hook
from shared.core.errors import Invalid
from shared.core.events import EventType
from shared.core.jobs import Job


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
    """A job that is to run now (`private.start_job`)."""

    job: Job


@dataclass(frozen=True)
class EventHook:
    """An event, and the proof that the database sent it."""

    record: EventRecord
    proof: str

    def names(self) -> dict[str, str]:
        """Return what a log may say of it."""
        names = {"event_id": str(self.record.id), "type": self.record.type}
        correlation_id = self.record.correlation_id
        return {**names, "correlation_id": correlation_id} if correlation_id else names


@dataclass(frozen=True)
class JobHook:
    """A job that is to run now."""

    job: Job

    def names(self) -> dict[str, str]:
        """Return what a log may say of it."""
        return {"job": self.job}


_BODY: TypeAdapter[EventBody | JobBody] = TypeAdapter(EventBody | JobBody)


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
        return JobHook(parsed.job)
    return EventHook(parsed.record, accept_proof(str(parsed.record.id), secret))
