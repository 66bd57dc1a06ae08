"""Ticket events, one class each, discriminated by their `type`.

The same form everywhere: a row of `ticket_events`, an item of the change feed, and the
payload of a Broadcast. Extension point: a new event type is one more class here; the
README names the other places.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.core.types import (
    CommentVisibility,
    Fields,
    Model,
    StatusCategory,
    TicketPriority,
    TicketType,
)


class TicketEvent(Model):
    """What every event carries; `id` lets a consumer see it once.

    `seq` counts 1, 2, 3 within a ticket. A customer's feed leaves internal events out,
    so there it may skip numbers. `batch_id` is the bulk update that it was a part of;
    `correlation_id` names the request in our logs.
    """

    id: UUID
    ticket_id: UUID
    seq: int
    type: str
    actor_id: UUID | None
    batch_id: UUID | None = None
    is_internal: bool
    occurred_at: datetime
    correlation_id: str | None = None


class NewTicketFacts(Model):
    """A ticket as it was opened."""

    number: int
    subject: str
    type: TicketType
    priority: TicketPriority
    status: str
    queue_id: UUID
    requester_id: UUID
    follow_up_of: UUID | None
    tags: list[str]
    skills: list[str] = Field(default_factory=list)
    data: Fields


class TicketCreated(TicketEvent):
    """A ticket was opened."""

    type: Literal["TICKET_CREATED"] = "TICKET_CREATED"
    before: None = None
    after: NewTicketFacts


class StatusFacts(Model):
    """Where a ticket stands, and why."""

    status: str
    category: StatusCategory
    reason: str | None = None


class TicketStatusChanged(TicketEvent):
    """A ticket got another status, or another reason for the one it has."""

    type: Literal["TICKET_STATUS_CHANGED"] = "TICKET_STATUS_CHANGED"
    before: StatusFacts
    after: StatusFacts


class AssigneeFacts(Model):
    """Who works a ticket; nobody while it waits in its queue.

    `by` is `claim`, or the strategy that chose; None when a person did.
    """

    assignee_id: UUID | None
    by: str | None = None


class TicketAssigned(TicketEvent):
    """A ticket changed hands."""

    type: Literal["TICKET_ASSIGNED"] = "TICKET_ASSIGNED"
    before: AssigneeFacts
    after: AssigneeFacts


class TicketFacts(Model):
    """Those fields of a ticket that changed."""

    subject: str | None = None
    type: TicketType | None = None
    priority: TicketPriority | None = None
    queue_id: UUID | None = None
    tags: list[str] | None = None
    skills: list[str] | None = None
    data: Fields | None = None


class TicketUpdated(TicketEvent):
    """Other fields of a ticket changed."""

    type: Literal["TICKET_UPDATED"] = "TICKET_UPDATED"
    before: TicketFacts
    after: TicketFacts


class CommentFacts(Model):
    """Which comment; its words are read from the ticket."""

    comment_id: UUID
    position: int
    author_id: UUID
    visibility: CommentVisibility


class TicketCommented(TicketEvent):
    """A comment was added: a reply or a note."""

    type: Literal["TICKET_COMMENTED"] = "TICKET_COMMENTED"
    before: None = None
    after: CommentFacts


class LeaseFacts(Model):
    """Who was answering."""

    person_id: UUID


class TicketReplyTakenOver(TicketEvent):
    """An agent took over the reply that another was writing."""

    type: Literal["TICKET_REPLY_TAKEN_OVER"] = "TICKET_REPLY_TAKEN_OVER"
    before: LeaseFacts
    after: LeaseFacts


class TicketCommentRedacted(TicketEvent):
    """A comment was redacted; copies of it should be as well."""

    type: Literal["TICKET_COMMENT_REDACTED"] = "TICKET_COMMENT_REDACTED"
    before: None = None
    after: CommentFacts


class FollowUpFacts(Model):
    """The follow-up, where the reply is."""

    ticket_id: UUID
    number: int


class TicketFollowedUp(TicketEvent):
    """Somebody replied to this closed ticket; the reply is on its follow-up."""

    type: Literal["TICKET_FOLLOWED_UP"] = "TICKET_FOLLOWED_UP"
    before: None = None
    after: FollowUpFacts
