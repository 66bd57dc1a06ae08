"""Macros as they are saved, and what becomes of a ticket by one."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.core.types import (
    Change,
    Command,
    CommentVisibility,
    LongText,
    Model,
    SingleLine,
    Storable,
    StrictInt,
)
from shared.tickets import Ticket, TicketActions
from shared.tickets.comments import Comment

Name = Annotated[SingleLine, Field(min_length=1, max_length=80)]
Template = Annotated[LongText, Field(max_length=10_000)]
PLACEHOLDERS = (
    "With placeholders: `{{requester.name}}`, `{{assignee.name}}`, `{{agent.name}}`,"
    " `{{organization.name}}`, `{{ticket.number}}`, `{{ticket.subject}}` and"
    " `{{field.<key>}}`. Their values are inserted as text."
)


class MacroScope(StrEnum):
    """Who has a macro: one person, the people of a queue, or all staff."""

    MINE = "mine"
    TEAM = "team"
    EVERYONE = "everyone"


class MacroActions(TicketActions):
    """What a macro does besides its reply; `me` is whoever applies it."""

    note: Template | None = Field(default=None, description=PLACEHOLDERS)


class MacroDraft(Command):
    """A macro to save."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ask for the invoice",
                    "text": "Hello {{requester.name}}, can you send us the invoice?",
                    "actions": {"status": "pending", "assignee": "me"},
                }
            ]
        }
    )

    name: Name
    scope: MacroScope = MacroScope.MINE
    queue: Storable | None = Field(
        default=None, description="Key or id of the queue whose team shares it."
    )
    text: Template | None = Field(default=None, description=PLACEHOLDERS)
    actions: MacroActions = Field(default_factory=MacroActions)

    @model_validator(mode="after")
    def _do_something(self) -> Self:
        if self.text is None and not self.actions.model_dump(exclude_none=True):
            raise ValueError("give a text or actions")
        return self


class MacroChange(Change):
    """A change to a macro; what is left out stays, actions are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Ask again"}]})

    name: Name | None = None
    scope: MacroScope | None = None
    queue: Storable | None = None
    text: Template | None = Field(default=None, description="Null takes it away.")
    actions: MacroActions | None = None

    @model_validator(mode="after")
    def _keep_what_is_needed(self) -> Self:
        for name in ("actions", "name", "scope"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f'"{name}" cannot be null')
        return self


class Macro(Model):
    """A stored macro."""

    id: UUID
    name: str
    scope: MacroScope
    owner_id: UUID | None = Field(description="Whose it is; null when it is shared.")
    owner_name: str | None = None
    queue_id: UUID | None
    queue_name: str | None = None
    text: str | None
    actions: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class MacroChoice(Command):
    """Which macro is applied to a ticket."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"macro_id": "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"}]
        }
    )

    macro_id: UUID
    macro_version: Annotated[StrictInt, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="The one that was shown; 412 if it is another."
    )


class MacroResult(Model):
    """What a macro did; `batch_id` is the bulk update by which it is undone."""

    batch_id: UUID
    ticket: Ticket
    comments: list[Comment] = Field(description="Its reply and its note.")


class PreviewedComment(Model):
    """A comment that a macro would add."""

    body: str
    visibility: CommentVisibility


class MacroPreview(Model):
    """What a macro would do to a ticket."""

    ticket: Ticket
    comments: list[PreviewedComment]
