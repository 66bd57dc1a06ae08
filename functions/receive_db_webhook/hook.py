"""A webhook of the database, proved and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.auth import accept_proof, verify_hook
from shared.errors import Invalid
from shared.events import DomainEvent
from shared.models import Model

WorkTable = Literal["agents", "bulk_updates"]
"""Tables whose changes mean that there is something to look at, and no more."""


class EventBody(Model):
    """The platform's form of a webhook about an event, as far as we need it."""

    type: Literal["INSERT"]
    table: Literal["ticket_events"]
    record: DomainEvent


class WorkBody(Model):
    """The same about a row that a worker reads for itself."""

    type: Literal["INSERT", "UPDATE"]
    table: WorkTable


@dataclass(frozen=True)
class EventHook:
    """An event, and what lets the database believe that we heard it from it."""

    event: DomainEvent
    proof: str

    def names(self) -> dict[str, str]:
        """What a log may say of it, in the trail of what caused the event."""
        names = {"event_id": str(self.event.id), "type": self.event.type}
        trail = self.event.correlation_id
        return {**names, "correlation_id": trail} if trail else names


@dataclass(frozen=True)
class WorkHook:
    """There is work, of the kind that a table stands for."""

    table: WorkTable

    def names(self) -> dict[str, str]:
        """What a log may say of it."""
        return {"table": self.table}


_BODY: TypeAdapter[EventBody | WorkBody] = TypeAdapter(
    Annotated[EventBody | WorkBody, Field(discriminator="table")]
)


def read_hook(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> EventHook | WorkHook:
    """Prove a webhook, then read it.

    Raises:
        Unauthenticated: not signed, or stale.
        Invalid: signed, but nothing that we know.
    """
    secret = verify_hook(headers, body, secrets)
    try:
        told = _BODY.validate_json(body)
    except ValidationError:
        raise Invalid("This is no event that we know.", "unknown-event") from None
    if isinstance(told, WorkBody):
        return WorkHook(told.table)
    return EventHook(told.record, accept_proof(str(told.record.id), secret))
