"""Actions on a ticket: what is changed together, in one step."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.core.types import (
    Command,
    Fields,
    SingleLine,
    Storable,
    StrictInt,
    TicketPriority,
)

from .models import Tag

Tags = Annotated[list[Tag], Field(min_length=1, max_length=20)]


class TicketActions(Command):
    """What is done to a ticket, completely or not at all; the rest stays as it is."""

    status: Storable | None = None
    reason: Annotated[SingleLine, Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Of the status; shown to everybody who sees it."
    )
    assignee: UUID | Literal["me", "none"] | None = None
    priority: TicketPriority | None = None
    queue: Storable | None = Field(default=None, description="Key or id.")
    tags: list[Tag] | None = Field(
        default=None, max_length=20, description="All of them: they are replaced."
    )
    add_tags: Tags | None = None
    remove_tags: Tags | None = None
    data: Annotated[Fields, Field(min_length=1)] | None = Field(
        default=None,
        description="Custom fields, merged (RFC 7396): what is named is replaced, what"
        " is null goes, objects are merged.",
    )

    @model_validator(mode="after")
    def _explain_a_status(self) -> Self:
        if self.reason is not None and self.status is None:
            raise ValueError("a reason goes with a status")
        return self


class TicketStep(TicketActions):
    """Actions, and those of a macro; what is named beside a macro goes before it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "pending", "assignee": "me"}]}
    )

    macro: UUID | None = None
    macro_version: Annotated[StrictInt, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="The one that was shown; 412 if it is another."
    )

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        besides = {"reason", "macro_version"}
        if not self.model_dump(exclude=besides, exclude_none=True):
            raise ValueError("change something")
        if self.macro_version is not None and self.macro is None:
            raise ValueError("a macro_version goes with a macro")
        return self
