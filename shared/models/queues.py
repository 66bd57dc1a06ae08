"""Queues, and which tickets are asked for in which order."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from .base import Command, Line, Model, Moment
from .people import QueueRef
from .tickets import TicketPriority, TicketType, WaitingParty

CENTURY = timedelta(days=36_500)


def _spelt(value: object) -> object:
    """Refuse seconds as a number: a duration is written with a P."""
    if isinstance(value, timedelta) or (isinstance(value, str) and value[:1] == "P"):
        return value
    raise ValueError("must be an ISO 8601 duration, such as PT2H")


Ago = Annotated[timedelta, Field(ge=timedelta(0), le=CENTURY), BeforeValidator(_spelt)]
When = Annotated[
    Moment | Ago,
    Field(description="A time, or how long ago as an ISO 8601 duration: `PT2H`."),
]
Several = Field(max_length=50)
Word = Annotated[Line, Field(max_length=50)]


class QueueCounts(Model):
    """Tickets in each status category."""

    new: int
    open: int
    pending: int
    on_hold: int
    solved: int
    closed: int


class Queue(QueueRef):
    """A queue, with how many tickets stand where."""

    is_default: bool
    strategy: str = Field(description="How its tickets are given to people.")
    default_priority: TicketPriority | None = Field(
        description="Of tickets that ask for none; null when triage decides."
    )
    released_after_minutes: int | None = Field(
        description="How long a ticket may wait for its assignee; null for ever."
    )
    wait_limit_minutes: int | None = Field(
        default=None,
        description="How long a ticket may wait for an agent; null where nobody says.",
    )
    archived_at: datetime | None = None
    counts: QueueCounts


class QueueSort(StrEnum):
    """Order of a queue.

    By priority then longest waiting, by waiting alone (with `waiting_on=agent`), by
    age, or by last change.
    """

    PRIORITY = "priority"
    WAITING = "waiting"
    OLDEST = "oldest"
    NEWEST = "newest"
    UPDATED = "updated"


class QueueFilter(Command):
    """Which tickets; what is left out does not narrow them.

    One for lists and saved views alike; `private.ticket_filters` is the same in SQL. `me`
    is whoever asks, also in a view that somebody else has made.
    """

    statuses: Annotated[list[Word], Several] | None = None
    priorities: Annotated[list[TicketPriority], Several] | None = None
    types: Annotated[list[TicketType], Several] | None = None
    waiting_on: Annotated[list[WaitingParty], Several] | None = None
    assignee: Literal["me", "none"] | UUID | None = None
    requester: Literal["me"] | UUID | None = None
    organization: UUID | None = None
    tags: Annotated[list[Word], Several] | None = Field(
        default=None, description="All of these."
    )
    created_after: When | None = None
    created_before: When | None = None
    updated_after: When | None = None
    updated_before: When | None = None
    waiting_after: When | None = None
    waiting_before: When | None = None


class Selection(Model):
    """Which tickets, in which order."""

    wanted: QueueFilter = Field(default_factory=QueueFilter)
    sort: QueueSort = QueueSort.PRIORITY


class Total(Model):
    """How many there are, or, where it is not exact, at least how many."""

    count: int
    exact: bool


class QueueStatus(Model):
    """How a queue stands: its tickets that are not done.

    `breaching` are those that have waited for an agent longer than the queue allows.
    """

    queue_id: UUID
    new: int
    open: int
    pending: int
    on_hold: int
    waiting: int = Field(description="Those that wait for an agent.")
    unassigned: int
    breaching: Total
    oldest_waiting_since: datetime | None
    by_priority: dict[TicketPriority, int]
