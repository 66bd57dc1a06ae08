"""Queues: settings, members, ticket lists and live status."""

from .models import Member, Queue, QueueChange, QueueCounts, QueueDraft
from .pages import TicketPage
from .ports import QueueMembers, QueueReader, QueueWriter
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
    "Member",
    "Queue",
    "QueueBacklog",
    "QueueBacklogs",
    "QueueChange",
    "QueueCounts",
    "QueueDraft",
    "QueueFilter",
    "QueueMembers",
    "QueueReader",
    "QueueRepository",
    "QueueSort",
    "QueueStatus",
    "QueueStatusBroadcaster",
    "QueueStatusChanged",
    "QueueStatusReader",
    "QueueStatusRepository",
    "QueueWriter",
    "Selection",
    "StatusBroadcaster",
    "TicketPage",
    "Total",
    "When",
]
