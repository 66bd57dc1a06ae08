"""The query parameter that says what a ticket comes with."""

from typing import Annotated

from pydantic import Field

from shared.core.http import Commas
from shared.core.types import Command
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
