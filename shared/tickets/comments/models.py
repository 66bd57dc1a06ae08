"""Comments on a ticket: replies and internal notes."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Command, CommentVisibility, LongText, Model, name_of

CommentRef = str
"""A comment's id or its position, as it stands in an address."""


class CommentDraft(Command):
    """A comment to add."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"body": "We have sent a new invoice.", "visibility": "public"}
            ]
        }
    )

    body: LongText
    visibility: CommentVisibility = CommentVisibility.PUBLIC


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


class AddedComment(Comment):
    """A comment as it was added, which need not be on the ticket that was named."""

    follow_up_of: UUID | None = Field(
        default=None,
        description="The closed ticket that was replied to, if it was one. The reply is"
        " on its follow-up, `ticket_id`.",
    )
