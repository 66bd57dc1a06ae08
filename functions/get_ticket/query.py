"""The query parameter that says what a ticket comes with."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.core.http import Commas
from shared.core.types import Command, Timestamp
from shared.ticket_details import Part


class TicketQuery(Command):
    """What the ticket comes with."""

    include: Annotated[list[Part], Commas] | None = Field(
        default=None,
        min_length=1,
        max_length=len(Part),
        description="What else a screen shows, in the same request.",
        examples=[["comments", "events", "topics"]],
    )
    at: Timestamp | None = Field(
        default=None,
        description="The ticket as it was then, to the microsecond, with what had"
        " happened up to then. Who may see it is asked of today.",
        examples=["2026-11-28T09:30:00Z"],
    )

    @model_validator(mode="after")
    def _look_back_alone(self) -> Self:
        if self.at is not None and self.include is not None:
            raise ValueError('"at" is of the ticket alone: leave "include" out')
        return self
