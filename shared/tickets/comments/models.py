"""Comments on a ticket: replies and internal notes."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Command, CommentVisibility, LongText, Model, name_of
from shared.tickets import Ticket, TicketStep
from shared.tickets.attachments import Attachment

CommentRef = str
"""A comment's id or its position, as it stands in an address."""


class CommentCorrection(Command):
    """What a comment is to say."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"body": "We have sent a new invoice today."}]}
    )

    body: LongText


class CommentDraft(Command):
    """A comment to add."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "body": "We have sent a new invoice.",
                    "visibility": "public",
                    "then": {"status": "solved", "assignee": "me"},
                }
            ]
        }
    )

    body: LongText
    visibility: CommentVisibility = CommentVisibility.PUBLIC
    attachments: list[UUID] = Field(
        default=[], max_length=100, description="Files that you have uploaded for it."
    )
    then: TicketStep | None = Field(
        default=None,
        description="What is done to the ticket in the same step: both happen, or"
        " neither. Of a macro the note and the actions; its text is for `body`. Whoever"
        " requested the ticket may set a solved `status`.",
    )


class FormerBody(Model):
    """What a comment said before its author corrected it."""

    body: str
    replaced_at: datetime


class Comment(Model):
    """A comment; `position` 1 is the description that the ticket was opened with.

    Positions have no gaps: for those who read no notes, only replies are counted.
    """

    id: UUID
    ticket_id: UUID
    position: int
    author_id: UUID
    author_name: str | None = Field(default=None, validation_alias=name_of("author"))
    by_staff: bool = Field(
        description="Whether it was written as staff, whatever its author's name is."
    )
    visibility: CommentVisibility
    body: str
    created_at: datetime
    version: int = 1
    edited_at: datetime | None = Field(
        default=None, description="When its author last corrected it, if they did."
    )
    former_bodies: list[FormerBody] | None = Field(
        default=None,
        description="What it said before, the oldest first, for those who read notes.",
    )
    redacted_at: datetime | None = Field(
        default=None, description="When its words were taken out, if they were."
    )
    redacted_by: UUID | None = None
    redacted_by_name: str | None = None
    mentioned_people: list[UUID] = Field(
        default=[], description="Whom a note names by `@` and a name."
    )
    mentioned_queues: list[UUID] = Field(
        default=[], description="What a note names by `@` and the key of a queue."
    )
    attachments: list[Attachment] = Field(
        default=[], description="Its files, in order."
    )


class AddedComment(Comment):
    """A comment as it was added, which need not be on the ticket that was named."""

    follow_up_of: UUID | None = Field(
        default=None,
        description="The closed ticket that was replied to, if it was one. The reply is"
        " on its follow-up, `ticket_id`.",
    )
    batch_id: UUID | None = Field(
        default=None,
        description="Of the events of a step with `then`; the bulk update by which it"
        " is undone.",
    )
    ticket: Ticket | None = Field(
        default=None, description="The ticket after a step with `then`."
    )
