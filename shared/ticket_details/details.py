"""One ticket and, where they are included, its comments, events and topics."""

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from pydantic import Field
from typing_extensions import override

from shared.core.events import DomainEvent
from shared.core.persistence import Database
from shared.core.types import Page, read_page
from shared.tickets import Ticket, TicketRef, read_events
from shared.tickets.comments import Comment
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

    def digest(self) -> str | None:
        """Return a text that changes with what is included; None without any."""
        if self.comments is None and self.events is None and self.topics is None:
            return None
        included = self.model_dump_json(include={part.value for part in Part})
        return sha256(included.encode()).hexdigest()[:16]


class TicketDetailReader(Protocol):
    """Reading a ticket for a screen. One round trip, one transaction."""

    def get(
        self, ticket: TicketRef, parts: Sequence[Part] | None = None
    ) -> TicketDetail:
        """Return one visible ticket with these parts.

        Raises:
            NotFound: there is no such ticket, or the caller may not see it.
        """
        ...


class TicketDetailRepository(TicketDetailReader):
    """Tickets with their parts over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(
        self, ticket: TicketRef, parts: Sequence[Part] | None = None
    ) -> TicketDetail:
        arguments = {"ticket": ticket, "include": parts}
        row = self._database.call("get_ticket", arguments)
        if Part.COMMENTS in row:
            row["comments"] = read_page(row["comments"], Comment.model_validate)
        if Part.EVENTS in row:
            row["events"] = read_events(row["events"])
        return TicketDetail.model_validate(row)
