"""One ticket and, where they are included, its comments, events and topics."""

from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from shared.core.events import DomainEvent
from shared.core.types import Page
from shared.tickets import Ticket
from shared.tickets.comments import Comment
from shared.tickets.ratings import Rating
from shared.topics import Topic


class Part(StrEnum):
    """What a ticket may come with."""

    COMMENTS = "comments"
    EVENTS = "events"
    TOPICS = "topics"


def _is_left_out(part: object) -> bool:
    return part is None


class TicketDetail(Ticket):
    """A ticket, with what was included and nothing else."""

    comments: Page[Comment] | None = Field(
        default=None,
        exclude_if=_is_left_out,
        description="The newest, newest first; `next_cursor` goes on in"
        " `.../comments?sort=newest&cursor=`.",
    )
    events: Page[DomainEvent] | None = Field(
        default=None,
        exclude_if=_is_left_out,
        description="The newest, newest first; `next_cursor` goes on in"
        " `.../events?sort=newest&before=`.",
    )
    topics: list[Topic] | None = Field(
        default=None,
        exclude_if=_is_left_out,
        description="What to join for this ticket; see `/v1/topics`.",
    )

    rating: Rating | None = Field(
        default=None,
        exclude_if=_is_left_out,
        description="For its requester and those who read its notes.",
    )

    def digest(self) -> str | None:
        """Return a text that changes with what is included; None without any."""
        included = self.model_dump_json(include={*Part, "rating"})
        if included == "{}":
            return None
        return sha256(included.encode()).hexdigest()[:16]
