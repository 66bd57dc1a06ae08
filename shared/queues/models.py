"""Queues, their settings and their members."""

from datetime import datetime

from pydantic import Field

from shared.core.types import Model, Page, TicketPriority, TicketType
from shared.people import QueueRef


class QueueCounts(Model):
    """Tickets in each status category."""

    new: int
    open: int
    pending: int
    on_hold: int
    solved: int
    closed: int


class QueueSummary(QueueRef):
    """A queue, as customers see it."""

    description: str = Field(description="What it is for; may be empty.")


class Queue(QueueSummary):
    """A queue, with how many tickets stand where."""

    is_default: bool
    open_to_customers: bool = Field(
        description="Whether customers may open tickets in it; staff may in any queue."
    )
    customers_set_priority: bool = Field(
        description="Whether customers may choose the priority of a new ticket."
    )
    strategy: str = Field(description="How its tickets are given to people.")
    default_priority: TicketPriority | None = Field(
        description="Of tickets that ask for none; null when triage decides."
    )
    released_after_minutes: int | None = Field(
        description="How long a ticket may wait for its assignee; null for ever."
    )
    remind_after_hours: int | None = Field(
        default=None,
        description="After how much silence the customer of a pending ticket is"
        " reminded; null where never.",
    )
    close_after_hours: int | None = Field(
        default=None,
        description="After how much silence a pending ticket is solved; null where"
        " never.",
    )
    archived_at: datetime | None = None
    version: int
    counts: QueueCounts


class QueueList(Page[Queue | QueueSummary]):
    """Queues, and the types that a ticket in them may have."""

    ticket_types: list[TicketType] = Field(default_factory=lambda: [*TicketType])
