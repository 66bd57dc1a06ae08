"""Queues, and how a page of one is asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from .base import Line, Model
from .people import QueueRef
from .tickets import TicketPriority, TicketType


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
    archived_at: datetime | None = None
    counts: QueueCounts


class QueueSort(StrEnum):
    """Order of a queue: by priority then longest waiting, by age, or by last change."""

    PRIORITY = "priority"
    OLDEST = "oldest"
    NEWEST = "newest"
    UPDATED = "updated"


class QueueFilter(Model):
    """Which tickets of a queue; what is left out does not narrow it."""

    statuses: list[Annotated[Line, Field(max_length=50)]] | None = None
    priorities: list[TicketPriority] | None = None
    types: list[TicketType] | None = None
    assignee: UUID | str | None = None
    tag: Annotated[Line, Field(max_length=50)] | None = None
