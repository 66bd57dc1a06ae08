"""Agents: people who work tickets, their availability, capacity and skills."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.core.types import Change, Command, Model, SingleLine, StrictBool, StrictInt


class Availability(StrEnum):
    """Whether an agent takes tickets now."""

    AVAILABLE = "available"
    AWAY = "away"


AgentRef = Literal["me"] | UUID
"""An agent, as in a path: an id or `me`."""

Skill = Annotated[SingleLine, Field(pattern=r"^[^\s,]{1,50}$")]


class Agent(Model):
    """A person who works tickets."""

    id: UUID
    name: str
    availability: Availability
    availability_since: datetime | None
    capacity: int = Field(description="How many they are given at most.")
    load: int = Field(description="How many new and open tickets they hold.")
    skills: list[str]
    last_assigned_at: datetime | None


class LeavingAgent(Agent):
    """An agent whose availability has changed."""

    put_back: int = Field(description="How many tickets went back to their queues.")


class AvailabilityChange(Command):
    """Whether an agent takes tickets now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"availability": "away", "reassign": True}]}
    )

    availability: Availability
    reassign: StrictBool = Field(
        default=False,
        description="When going away: put new and open tickets back into their queues.",
    )

    @model_validator(mode="after")
    def _go_first(self) -> Self:
        if self.reassign and self.availability is not Availability.AWAY:
            raise ValueError('"reassign" goes with "away"')
        return self


class AgentChange(Change):
    """A change to an agent; what is left out stays."""

    capacity: StrictInt = Field(
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
