"""Deliveries and attempts: what is to be sent, and how sending it went."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr

from shared.core.types import Command, Model, StrictBool, Timestamp


class DeliveryState(StrEnum):
    """Still to be sent, accepted by the endpoint, or given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Model):
    """One event for one endpoint."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    replay: int
    type: str
    ticket_id: UUID | None
    seq: int | None
    payload: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime | None
    delivered_at: datetime | None
    gave_up_at: datetime | None
    last_status: int | None
    last_error: str | None


class Attempt(Model):
    """One try, with the beginning of what was sent and what came back."""

    attempt: int
    attempted_at: datetime
    milliseconds: int
    status: int | None
    request_headers: dict[str, str]
    request: str
    response: str | None
    error: str | None


class ReplayRange(Command):
    """The time whose events are sent again: from `since`, before `until`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2026-11-23T09:00:00Z"}]}
    )

    since: Timestamp
    until: Timestamp | None = Field(default=None, description="Default: now.")
    delivered_too: StrictBool = Field(
        default=False, description="Also what the endpoint has accepted before."
    )


class Replay(Model):
    """How many events are sent again."""

    replayed: int


class DueDelivery(Model):
    """A delivery that a worker holds the lease of."""

    delivery_id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: str
    attempt: int
    age_seconds: float
    url: str = Field(repr=False)
    secrets: list[SecretStr]
    body: str = Field(repr=False)

    @property
    def correlation_id(self) -> str | None:
        """The correlation id of the request that it follows from."""
        found = json.loads(self.body).get("data", {}).get("correlation_id")
        return None if found is None else str(found)


class Outcome(StrEnum):
    """How an attempt ended; `gone` disables the endpoint."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GAVE_UP = "gave_up"
    GONE = "gone"


class AttemptLog(Model):
    """What is kept of an attempt."""

    attempted_at: datetime
    milliseconds: int
    status: int | None
    request_headers: dict[str, str]
    response: str | None
    error: str | None
