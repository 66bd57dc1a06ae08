"""Ticket events, one class each, discriminated by their `type`.

The same form everywhere, made by the SQL function `private.event_json`: in lists and
the change feed, in Broadcasts, webhooks and on the bus. A field is null where there is
nothing to say, and never left out; only `TICKET_UPDATED` names just the fields that
changed. Extension point: a new event type is one more class here; the README names the
other places.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

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

    `seq` counts 1, 2, 3 within a ticket, and `version` is that of the ticket after the
    event, each as its audience sees it: for staff who read internal notes they count
    everything, for all others only what these may see. `batch_id` is the bulk update
    that it was a part of; `correlation_id` names the request in our logs.
    """

    id: UUID
    ticket_id: UUID
    number: int
    seq: int
    version: int
    type: str
    actor_id: UUID | None
    actor_name: str | None
    actor_kind: Literal["human", "machine"] | None = Field(
        description="Who did it: a person or a program; null for the desk itself."
    )
    is_internal: bool
    occurred_at: datetime
    batch_id: UUID | None
    correlation_id: str | None


class NewTicketFacts(Model):
    """A ticket as it was opened."""

    number: int
    subject: str
    type: TicketType
    priority: TicketPriority
    status: str
    queue_id: UUID
    requester_id: UUID
    requester_name: str | None
    follow_up_of: UUID | None
    tags: list[str]
    skills: list[str] = Field(description="Empty for those who read no notes.")
    data: Fields


class TicketCreated(TicketEvent):
    """A ticket was opened."""

    type: Literal["TICKET_CREATED"] = "TICKET_CREATED"
    before: None
    after: NewTicketFacts


class StatusRef(Model):
    """Where a ticket stood."""

    status: str
    category: StatusCategory


class StatusFacts(StatusRef):
    """Where a ticket stands, and why."""

    reason: str | None


class TicketStatusChanged(TicketEvent):
    """A ticket got another status, or another reason for the one it has."""

    type: Literal["TICKET_STATUS_CHANGED"] = "TICKET_STATUS_CHANGED"
    before: StatusRef
    after: StatusFacts


class AssigneeRef(Model):
    """Who worked a ticket; nobody while it waited in its queue."""

    assignee_id: UUID | None
    assignee_name: str | None


class AssigneeFacts(AssigneeRef):
    """Who works a ticket; nobody while it waits in its queue.

    `by` is `claim`, or the strategy that chose; None when a person did.
    """

    by: str | None


class TicketAssigned(TicketEvent):
    """A ticket changed hands."""

    type: Literal["TICKET_ASSIGNED"] = "TICKET_ASSIGNED"
    before: AssigneeRef
    after: AssigneeFacts


def _left_out(schema: dict[str, Any]) -> None:
    """Say in JSON Schema that a field is left out, where the model holds None."""
    del schema["default"]


Changed = Field(
    None, exclude_if=lambda value: value is None, json_schema_extra=_left_out
)


class TicketFacts(Model):
    """Those fields of a ticket that changed; the others are left out."""

    requester_id: UUID | SkipJsonSchema[None] = Changed
    requester_name: str | SkipJsonSchema[None] = Changed
    subject: str | SkipJsonSchema[None] = Changed
    type: TicketType | SkipJsonSchema[None] = Changed
    priority: TicketPriority | SkipJsonSchema[None] = Changed
    queue_id: UUID | SkipJsonSchema[None] = Changed
    tags: list[str] | SkipJsonSchema[None] = Changed
    skills: list[str] | SkipJsonSchema[None] = Changed
    data: Fields | SkipJsonSchema[None] = Changed


class TicketUpdated(TicketEvent):
    """Other fields of a ticket changed."""

    type: Literal["TICKET_UPDATED"] = "TICKET_UPDATED"
    before: TicketFacts
    after: TicketFacts


class CommentFacts(Model):
    """Which comment; its words are read from the ticket.

    `by_staff` says whether it was written as staff, whatever its author's name is.
    """

    comment_id: UUID
    position: int
    author_id: UUID
    author_name: str | None
    by_staff: bool
    visibility: CommentVisibility


class TicketCommented(TicketEvent):
    """A comment was added: a reply or a note."""

    type: Literal["TICKET_COMMENTED"] = "TICKET_COMMENTED"
    before: None
    after: CommentFacts


class LeaseFacts(Model):
    """Who was answering."""

    person_id: UUID
    person_name: str | None


class TicketReplyTakenOver(TicketEvent):
    """An agent took over the reply that another was writing."""

    type: Literal["TICKET_REPLY_TAKEN_OVER"] = "TICKET_REPLY_TAKEN_OVER"
    before: LeaseFacts
    after: LeaseFacts


class TicketCommentRedacted(TicketEvent):
    """A comment was redacted; copies of it should be as well."""

    type: Literal["TICKET_COMMENT_REDACTED"] = "TICKET_COMMENT_REDACTED"
    before: None
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


class RedactionFacts(Model):
    """How many fields, comments and events of the ticket held the text."""

    places: int


class TicketRedacted(TicketEvent):
    """Text of a ticket was redacted; copies of its fields should be as well."""

    type: Literal["TICKET_REDACTED"] = "TICKET_REDACTED"
    before: None = None
    after: RedactionFacts


class FollowerFacts(Model):
    """Who follows, and whether they see the ticket by that alone."""

    person_id: UUID
    person_name: str | None
    sees_by_following: bool


class TicketFollowerAdded(TicketEvent):
    """Somebody follows the ticket."""

    type: Literal["TICKET_FOLLOWER_ADDED"] = "TICKET_FOLLOWER_ADDED"
    before: None = None
    after: FollowerFacts


class TicketFollowerRemoved(TicketEvent):
    """Somebody does not follow the ticket any more."""

    type: Literal["TICKET_FOLLOWER_REMOVED"] = "TICKET_FOLLOWER_REMOVED"
    before: FollowerFacts
    after: None = None


class MentionFacts(Model):
    """Whom a note names; its words are read from the ticket."""

    comment_id: UUID
    position: int
    author_id: UUID
    author_name: str | None
    people: list[UUID]
    queues: list[UUID]


class TicketMentioned(TicketEvent):
    """A note names people or queues."""

    type: Literal["TICKET_MENTIONED"] = "TICKET_MENTIONED"
    before: None = None
    after: MentionFacts
