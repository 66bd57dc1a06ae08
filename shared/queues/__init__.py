"""Queues: settings, members, ticket lists and live status."""

from .models import Queue, QueueCounts, QueueList, QueueSummary
from .pages import TicketPage
from .ports import QueueReader
from .repository import QueueRepository
from .selection import (
    FieldSort,
    QueueFilter,
    QueueSort,
    Selection,
    Sort,
    Total,
    When,
)
from .status import (
    QueueBacklog,
    QueueBacklogs,
    QueueStatus,
    QueueStatusBroadcaster,
    QueueStatusChanged,
    QueueStatusReader,
    QueueStatusRepository,
    StatusBroadcaster,
)

__all__ = [
    "FieldSort",
    "Queue",
    "QueueBacklog",
    "QueueBacklogs",
    "QueueCounts",
    "QueueFilter",
    "QueueList",
    "QueueReader",
    "QueueRepository",
    "QueueSort",
    "QueueStatus",
    "QueueStatusBroadcaster",
    "QueueStatusChanged",
    "QueueStatusReader",
    "QueueStatusRepository",
    "QueueSummary",
    "Selection",
    "Sort",
    "StatusBroadcaster",
    "TicketPage",
    "Total",
    "When",
]
