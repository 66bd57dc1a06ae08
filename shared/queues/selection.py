"""Which tickets of a queue are listed, in which order, page by page."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from shared.core.types import (
    Command,
    Model,
    SingleLine,
    StatusCategory,
    Storable,
    StrictBool,
    TicketPriority,
    TicketType,
    Timestamp,
)
from shared.tickets import WaitingParty

CENTURY = timedelta(days=36_500)


def _refuse_seconds(value: object) -> object:
    """Refuse seconds as a number: a duration is written with a P."""
    if isinstance(value, timedelta) or (isinstance(value, str) and value[:1] == "P"):
        return value
    raise ValueError("must be an ISO 8601 duration, such as PT2H")


Ago = Annotated[
    timedelta, Field(ge=timedelta(0), le=CENTURY), BeforeValidator(_refuse_seconds)
]


def _how_written(value: object) -> str:
    """Say how a time is written, so that a wrong one is refused for one reason."""
    ago = isinstance(value, timedelta) or (isinstance(value, str) and value[:1] == "P")
    return "ago" if ago else "time"


When = Annotated[
    Annotated[Timestamp, Tag("time")] | Annotated[Ago, Tag("ago")],
    Discriminator(_how_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "duration"},
            ]
        }
    ),
    Field(description="A time, or how long ago as an ISO 8601 duration: `PT2H`."),
]
Due = Annotated[
    When, Field(description="When the next service level is due: `PT0S` is now.")
]
Several = Field(max_length=50)
Word = Annotated[SingleLine, Field(max_length=50)]
Value = StrictBool | int | float | Annotated[Storable, Field(max_length=400)]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
FieldFilter = Annotated[
    Annotated[list[Value], Field(min_length=1, max_length=50)]
    | Annotated[dict[Literal["from", "to"], Value], Field(min_length=1)],
    Field(description="Any of these values; or, of numbers and dates, from and to."),
]
FieldSort = Annotated[
    str,
    Field(
        pattern=r"^-?field\.[a-z][a-z0-9_]{0,49}$",
        description="By a custom field, `field.size`, or from its last value to its"
        " first, `-field.size`: lists the tickets that have it.",
        examples=["-field.size"],
    ),
]


class QueueSort(StrEnum):
    """Order of a queue.

    By priority then longest waiting, by waiting alone (with `waiting_on=agent`), by
    age, by last change, or by what is due next: lists the tickets with something due,
    overdue ones first.
    """

    PRIORITY = "priority"
    WAITING = "waiting"
    OLDEST = "oldest"
    NEWEST = "newest"
    UPDATED = "updated"
    NEXT_DUE = "next_due"


Sort = QueueSort | FieldSort


class QueueFilter(Command):
    """Which tickets; what is left out does not narrow them.

    One for lists and saved views alike; `private.ticket_filters` is the same in SQL.
    `me` is the caller, also in a view that somebody else has made.
    """

    statuses: Annotated[list[Word], Several] | None = None
    status_categories: Annotated[list[StatusCategory], Several] | None = None
    priorities: Annotated[list[TicketPriority], Several] | None = None
    types: Annotated[list[TicketType], Several] | None = None
    waiting_on: Annotated[list[WaitingParty], Several] | None = None
    assignee: Literal["me", "none"] | UUID | None = None
    requester: Literal["me"] | UUID | None = None
    organization: UUID | None = None
    tags: Annotated[list[Word], Several] | None = Field(
        default=None, description="All of these."
    )
    skills: Annotated[list[Word], Several] | None = Field(
        default=None, description="Needs all of these; for who reads notes there."
    )
    created_after: When | None = None
    created_before: When | None = None
    updated_after: When | None = None
    updated_before: When | None = None
    waiting_after: When | None = None
    waiting_before: When | None = None
    due_after: Due | None = None
    due_before: Due | None = None
    breached: StrictBool | None = Field(
        default=None, description="Whether a service level was missed."
    )
    snoozed: StrictBool | None = Field(
        default=None, description="Only those that are snoozed, or only the others."
    )
    fields: dict[FieldName, FieldFilter] | None = Field(
        default=None, max_length=20, description="Custom fields that are filterable."
    )


class Selection(Model):
    """Which tickets, in which order."""

    filters: QueueFilter = Field(default_factory=QueueFilter)
    sort: Sort = QueueSort.PRIORITY


class Total(Model):
    """How many there are, or, where it is not exact, at least how many."""

    count: int
    exact: bool
