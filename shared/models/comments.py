"""What is said on a ticket."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from .base import Command, Model, Prose, name_of

CommentRef = str
"""A comment's id or its position, as it stands in an address."""


class CommentVisibility(StrEnum):
    """Who reads a comment: everybody on the ticket, or staff alone."""

    PUBLIC = "public"
    INTERNAL = "internal"


class CommentDraft(Command):
    """Something to say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"body": "We have sent a new invoice.", "visibility": "public"}
            ]
        }
    )

    body: Prose
    visibility: CommentVisibility = CommentVisibility.PUBLIC


class Comment(Model):
    """Something that was said; `position` 1 is what the requester asked."""

    id: UUID
    ticket_id: UUID
    position: int
    author_id: UUID
    author_name: str | None = Field(default=None, validation_alias=name_of("author"))
    visibility: CommentVisibility
    body: str
    created_at: datetime
    redacted_at: datetime | None = Field(
        default=None, description="When its words were taken out, if they were."
    )
    redacted_by: UUID | None = None
