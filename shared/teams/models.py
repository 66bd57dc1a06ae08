"""What is said of queues and of people at work, and what is shown."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.models import (
    Availability,
    Command,
    Flag,
    Line,
    Model,
    TicketPriority,
    Whole,
)

AgentRef = Literal["me"] | UUID
"""Somebody at work, as they stand in an address."""

QueueName = Annotated[Line, Field(min_length=1, max_length=80, examples=["Billing"])]
Strategy = Annotated[
    Line,
    Field(
        max_length=40,
        description="How its tickets are given to people: `manual` (not at all),"
        " `round_robin`, `least_loaded`, `skill_match`, or one of your own.",
        examples=["least_loaded"],
    ),
]
DefaultPriority = Annotated[
    TicketPriority | None,
    Field(description="Of tickets that ask for none; null: triage decides."),
]
Minutes = Annotated[
    Whole,
    Field(
        ge=5,
        le=30 * 24 * 60,
        description="How long a ticket may wait for its assignee before it goes back"
        " to the queue; null: for ever.",
        examples=[240],
    ),
]
WaitMinutes = Annotated[
    Whole,
    Field(
        ge=1,
        le=366 * 24 * 60,
        description="How long a ticket may wait for an agent before the status of the"
        " queue counts it as breaching; null: for ever.",
        examples=[60],
    ),
]
Skill = Annotated[Line, Field(pattern=r"^[^\s,]{1,50}$")]


class QueueDraft(Command):
    """A queue to be made."""

    key: str = Field(
        pattern=r"^[a-z][a-z0-9-]{1,39}$",
        description="Short name for addresses; it does not change.",
        examples=["billing"],
    )
    name: QueueName
    strategy: Strategy = "manual"
    default_priority: DefaultPriority = None
    released_after_minutes: Minutes | None = None
    wait_limit_minutes: WaitMinutes | None = None


class QueueChange(Command):
    """What is to be different; what is left out stays, so it has no default to show."""

    name: QueueName = Field(default_factory=str)
    archived: Flag = Field(
        default_factory=bool, description="An archived queue takes no tickets."
    )
    strategy: Strategy = Field(default_factory=str)
    default_priority: DefaultPriority = None
    released_after_minutes: Minutes | None = None
    wait_limit_minutes: WaitMinutes | None = None

    def said(self) -> dict[str, Any]:
        """Return what was said, and nothing else; null means null."""
        return self.model_dump(mode="json", exclude_unset=True)


class Agent(Model):
    """Somebody who works tickets."""

    id: UUID
    name: str
    availability: Availability
    availability_since: datetime | None
    capacity: int = Field(description="How many they are given at most.")
    load: int = Field(description="How many new and open tickets they hold.")
    skills: list[str]
    last_assigned_at: datetime | None


class Member(Agent):
    """Somebody who works a queue."""

    joined_at: datetime


class LeavingAgent(Agent):
    """Somebody who has said whether they are there."""

    put_back: int = Field(description="How many tickets went back to their queues.")


class AvailabilityChange(Command):
    """Whether somebody takes work now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"availability": "away", "reassign": True}]}
    )

    availability: Availability
    reassign: Flag = Field(
        default=False,
        description="When going away: put new and open tickets back into their queues.",
    )

    @model_validator(mode="after")
    def _go_first(self) -> Self:
        if self.reassign and self.availability is not Availability.AWAY:
            raise ValueError('"reassign" goes with "away"')
        return self


class AgentChange(Command):
    """What is to be different; what is left out stays."""

    capacity: Whole = Field(
        default_factory=int,
        ge=0,
        le=1000,
        description="How many new and open tickets they are given at most.",
        examples=[12],
    )
    skills: list[Skill] = Field(
        default_factory=list,
        max_length=50,
        description="What they know.",
        examples=[["tax", "german"]],
    )

    def said(self) -> dict[str, Any]:
        """Return what was said, and nothing else."""
        return self.model_dump(mode="json", exclude_unset=True)


class Claim(Command):
    """Where the next ticket is to come from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"queue": "billing"}]})

    queue: Line | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        description="Key or id; left out, whichever of my queues has the first.",
    )
