"""Queues, their settings and their members."""

from datetime import datetime

from pydantic import Field

from shared.core.types import (
    Model,
    TicketPriority,
)
from shared.people import QueueRef


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
