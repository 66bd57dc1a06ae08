"""Tickets, from draft to stored row, and the commands that change them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.core.types import (
    Address,
    Change,
    Command,
    Fields,
    LongText,
    Model,
    SingleLine,
    StatusCategory,
    Storable,
    TicketPriority,
    TicketType,
    Timestamp,
    name_of,
)

Subject = Annotated[SingleLine, Field(min_length=1, max_length=200)]
Tag = Annotated[SingleLine, Field(pattern=r"^[^\s,]{1,50}$")]
TicketRef = str
"""A ticket's id or its number, as it stands in an address."""


class WaitingParty(StrEnum):
    """Whose move it is."""

    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    NOBODY = "nobody"


class TicketDraft(Command):
    """A ticket to open."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "The invoice shows the wrong address",
                    "body": "It still names our old office. Can you send a new one?",
                    "type": "question",
                    "queue": "billing",
                    "tags": ["invoice"],
                }
            ]
        }
    )

    subject: Subject
    body: LongText
    type: TicketType = TicketType.QUESTION
    priority: TicketPriority | None = Field(
        default=None, description="Left out, triage decides from words and impact."
    )
    queue: Storable | None = Field(
        default=None, description="Key or id; left out, the default queue."
    )
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    requester: UUID | Address | None = Field(
        default=None,
        description="Whose ticket it is, by id or email address; left out, yours. For"
        " others it needs `tickets.create_for` in the queue.",
    )
    data: Fields = Field(
        default_factory=dict,
        description="Custom fields, see `GET /v1/fields`; from the start an incident"
        " needs `impact`, a problem `impact` and `affected`, a task `due_on`.",
    )


class TicketChange(Change):
    """A change to a ticket; what is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"priority": "high", "data": {"impact": "team"}}]
        }
    )

    subject: Subject | None = None
    type: TicketType | None = None
    priority: TicketPriority | None = None
    queue: Storable | None = Field(
        default=None,
        description="Key or id. Whoever does not work there gives the ticket up.",
    )
    tags: list[Tag] | None = Field(
        default=None, max_length=20, description="All of them: they are replaced."
    )
    skills: list[Tag] | None = Field(
        default=None,
        max_length=20,
        description="What one has to know to work it; all of them: they are replaced.",
    )
    data: Fields | None = Field(
        default=None,
        description="Custom fields, merged (RFC 7396): what is named is replaced, what"
        " is null goes, objects are merged.",
    )

    @model_validator(mode="after")
    def _change_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("change something")
        for name in sorted(self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f'"{name}" cannot be null')
        return self


class StatusChange(Command):
    """The next status of a ticket."""

    status: Storable = Field(examples=["pending"])
    reason: Annotated[SingleLine, Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Shown to everybody who sees the ticket."
    )


class MyTicketsSort(StrEnum):
    """Order of one's own tickets: by age, or by last change."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"


class MyTickets(Command):
    """Which of one's own tickets, in which order; None for any status."""

    statuses: list[str] | None = None
    status_categories: list[StatusCategory] | None = None
    sort: MyTicketsSort = MyTicketsSort.NEWEST


class Snooze(Command):
    """Until when a ticket is out of the way."""

    until: Timestamp = Field(
        description="A time in the future; a reply of the customer ends it before.",
        examples=["2030-01-07T09:00:00+01:00"],
    )


class Assignment(Command):
    """Who is to work a ticket: somebody by id, or `me`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"me": True}]})

    assignee_id: UUID | None = None
    me: Literal[True] | None = None

    @model_validator(mode="after")
    def _name_one(self) -> Self:
        if (self.assignee_id is None) == (self.me is None):
            raise ValueError('give either "assignee_id" or "me": true')
        return self

    @property
    def assignee(self) -> str:
        """The person, as the database takes it: an id, or `me`."""
        return str(self.assignee_id or "me")


class Ticket(Model):
    """A stored ticket."""

    id: UUID
    number: int = Field(examples=[1042])
    subject: str
    type: TicketType
    priority: TicketPriority
    status: str
    status_category: StatusCategory
    status_reason: str | None
    waiting_on: WaitingParty
    waiting_since: datetime
    queue_id: UUID
    queue_name: str | None = Field(
        default=None,
        validation_alias=name_of("queue"),
        description="Null for customers where the queue is not open to them.",
    )
    requester_id: UUID
    requester_name: str | None = Field(
        default=None, validation_alias=name_of("requester")
    )
    organization_id: UUID | None
    organization_name: str | None = Field(
        default=None, validation_alias=name_of("organization")
    )
    assignee_id: UUID | None
    assignee_name: str | None = Field(
        default=None, validation_alias=name_of("assignee")
    )
    follow_up_of: UUID | None
    tags: list[str]
    skills: list[str] = Field(description="What one has to know to work it.")
    data: Fields
    version: int
    created_at: datetime
    updated_at: datetime
    solved_at: datetime | None
    closed_at: datetime | None
    next_due: datetime | None = Field(
        default=None,
        description="When the first of its open service levels is due, or was; null"
        " for those who read no notes.",
    )
    breached: bool | None = Field(
        default=None,
        description="Whether a service level was missed; null for those who read no"
        " notes.",
    )
    snoozed_until: datetime | None = Field(
        default=None, description="For those who read its notes; null for all others."
    )
    unread: bool | None = Field(
        default=None,
        description="Whether others did something that I have not looked at; null in"
        " answers to changes.",
    )
