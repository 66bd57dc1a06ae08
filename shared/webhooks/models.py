"""Webhook endpoints, as created, changed and shown."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.core.events import EventType
from shared.core.types import Change, Command, Model, SingleLine, StrictBool

Url = Annotated[
    SingleLine,
    Field(
        max_length=2000,
        pattern=r"^https?://\S+$",
        description="Where deliveries are posted: https, on the public internet.",
        examples=["https://hooks.example.com/autocrm"],
    ),
]
Description = Annotated[SingleLine, Field(max_length=200)]
EventTypes = Annotated[
    list[EventType],
    Field(
        min_length=1,
        max_length=50,
        description="Which events it hears of; null for all, those to come too.",
        examples=[["TICKET_CREATED", "TICKET_STATUS_CHANGED"]],
    ),
]


class WebhookDraft(Command):
    """A webhook endpoint to create."""

    url: Url
    description: Description = ""
    event_types: EventTypes | None = None
    include_internal: StrictBool = Field(
        default=False, description="Whether it hears of internal notes."
    )


class WebhookChange(Change):
    """A change to a webhook; what is left out stays."""

    url: Url = ""
    description: Description = ""
    event_types: EventTypes | None = None
    include_internal: StrictBool = False
    paused: StrictBool = Field(
        default=False, description="While paused, deliveries are collected, not sent."
    )
    enabled: Literal[True] = Field(
        default=True, description="Ends being disabled because of failure."
    )


class Webhook(Model):
    """A webhook endpoint."""

    id: UUID
    url: str
    description: str
    event_types: list[str] | None
    include_internal: bool
    old_secret_ends_at: datetime | None = Field(
        description="Until when the secret before signs beside the new one."
    )
    paused_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: Literal["failing", "gone"] | None
    failing_since: datetime | None
    created_by: UUID | None
    created_by_name: str | None
    created_at: datetime
    updated_at: datetime
    version: int = Field(
        description="Counts what people change, not what deliveries record."
    )


class NewWebhook(Webhook):
    """A webhook with its new secret, which is shown this once."""

    secret: str = Field(description="Verifies deliveries; keep it, it is not listed.")
