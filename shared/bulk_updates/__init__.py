"""Bulk updates: one change to many tickets, done in chunks by a worker."""

from .models import (
    BulkDraft,
    BulkItem,
    BulkResult,
    BulkState,
    BulkUpdate,
    ClaimedBulkUpdate,
)
from .ports import BulkUpdateQueue, BulkUpdates
from .repository import BulkUpdateQueueRepository, BulkUpdateRepository

__all__ = [
    "BulkDraft",
    "BulkItem",
    "BulkResult",
    "BulkState",
    "BulkUpdate",
    "BulkUpdateQueue",
    "BulkUpdateQueueRepository",
    "BulkUpdateRepository",
    "BulkUpdates",
    "ClaimedBulkUpdate",
]
