"""Queues: settings, members, ticket lists and live status."""

from .models import Queue, QueueCounts, QueueList, QueueSummary
from .pages import TicketPage
from .ports import QueueReader
from .repository import QueueRepository
from .selection import QueueFilter, QueueSort, Selection, Total, When
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
    "StatusBroadcaster",
    "TicketPage",
    "Total",
    "When",
]
