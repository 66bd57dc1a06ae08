"""Escalation: what is done about a target that is due soon, or was missed."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.core.types import Command, StrictBool, StrictInt, TicketPriority
from shared.sla.engine import Metric

RaisedPriority = Literal[
    TicketPriority.URGENT, TicketPriority.HIGH, TicketPriority.NORMAL
]


class EscalationStep(Command):
    """A step, taken once, while the target is not met; it does one thing or more."""

    on: Literal["warning", "breach"]
    after: Annotated[StrictInt, Field(ge=0, le=525_600)] = Field(
        default=0, description="Minutes since the warning or the breach."
    )
    metrics: list[Metric] = Field(
        default=[], max_length=3, description="For these alone; empty for all."
    )
    raise_to: RaisedPriority | None = Field(
        default=None, description="Raises a lower priority to this one."
    )
    notify_people: list[UUID] = Field(default=[], max_length=50)
    notify_roles: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(
        default=[],
        max_length=50,
        description="Those who have one of these roles and belong to the queue.",
    )
    assign_to_lead: StrictBool = Field(
        default=False,
        description="Gives the ticket to a lead of its queue who is available.",
    )

    @model_validator(mode="after")
    def _do_something(self) -> Self:
        if not (
            self.raise_to
            or self.notify_people
            or self.notify_roles
            or self.assign_to_lead
        ):
            raise ValueError("must do something")
        return self


Escalation = Annotated[list[EscalationStep], Field(max_length=10)]
