"""Webhook endpoints, as created, changed and shown."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.core.events import DomainEvent
from shared.core.types import Change, Command, Model, SingleLine, StrictBool

EVENT_TYPES = frozenset(
    event.model_fields["type"].default for event in get_args(get_args(DomainEvent)[0])
)


def _known(types: list[str]) -> list[str]:
    if unknown := sorted(set(types) - EVENT_TYPES):
        raise ValueError(f"there is no event {', '.join(unknown)}")
    return types


Url = Annotated[
    SingleLine,
    Field(
        max_length=2000,
        pattern=r"^(https://[^/?#@\s]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)([/?#]\S*)?$",
        description="Where deliveries are posted; https, on the public internet.",
        examples=["https://hooks.example.com/autocrm"],
    ),
]
Description = Annotated[SingleLine, Field(max_length=200)]
EventTypes = Annotated[
    list[SingleLine],
    Field(
        min_length=1,
        max_length=50,
        description="Which events it hears of; null for all, those to come too.",
        examples=[["TICKET_CREATED", "TICKET_STATUS_CHANGED"]],
    ),
    AfterValidator(_known),
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
    created_at: datetime
    updated_at: datetime


class NewWebhook(Webhook):
    """A webhook with its new secret, which is shown this once."""

    secret: str = Field(description="Verifies deliveries; keep it, it is not listed.")
