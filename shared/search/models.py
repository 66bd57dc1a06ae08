"""What is searched for, and what is found."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.core.types import (
    BigPosition,
    Command,
    CommentVisibility,
    Model,
    Page,
    Position,
    SingleLine,
    Storable,
)
from shared.queues import QueueFilter
from shared.tickets import Ticket
from shared.tickets.comments import Comment

SearchText = Annotated[SingleLine, Field(min_length=1, max_length=200)]
Rank = Annotated[float, Field(ge=0, le=2)]
BlockKey = tuple[BigPosition, bool]
TicketKey = tuple[BigPosition, bool, Rank, BigPosition]
CommentKey = tuple[BigPosition, bool, Rank, BigPosition, Position]
SearchSortKey = BlockKey | TicketKey | CommentKey
"""Where a page begins: the block, whether words were corrected, the last item in it."""


class SearchPart(StrEnum):
    """A part of what is searched: tickets themselves, or their comments."""

    TICKETS = "tickets"
    COMMENTS = "comments"


class Search(Command):
    """Which words, where, in which tickets."""

    text: SearchText
    part: SearchPart | None = None
    queue: Storable | None = None
    filters: QueueFilter = Field(default_factory=QueueFilter)


class Piece(Model):
    """A part of a text, to be shown as plain text; marked where it matches."""

    text: str
    match: bool


class Highlight(Model):
    """Where something matches: a text, or its best part, in pieces."""

    place: Literal["subject", "field", "comment"]
    field: str | None = Field(default=None, description="The key of a custom field.")
    comment_id: UUID | None = None
    visibility: CommentVisibility | None = None
    position: int | None = Field(default=None, description="Of the comment.")
    pieces: list[Piece]


class Matches(Model):
    """How many of the newest comments of a ticket have any of the words."""

    replies: int
    notes: int | None = Field(description="Null for who does not read them.")


class FoundTicket(Ticket):
    """A ticket that was found, with up to three of its comments that match."""

    rank: float = Field(description="How well it matches; 2 if its number was given.")
    highlights: list[Highlight]
    matches: Matches


class TicketTitle(Model):
    """The ticket of a comment that was found."""

    number: int
    subject: str


class FoundComment(Comment):
    """A comment that was found."""

    rank: float = Field(description="How well its ticket matches.")
    ticket: TicketTitle
    highlights: list[Highlight]


Corrected = Annotated[
    bool,
    Field(description="Nothing has the words as they were written; these are similar."),
]


class FoundTickets(Page[FoundTicket]):
    """Some of what was found; it may come short, or empty, and not be the last page."""

    corrected: Corrected


class FoundComments(Page[FoundComment]):
    """Some of what was found; it may come short, or empty, and not be the last page."""

    corrected: Corrected
