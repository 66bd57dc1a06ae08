"""One change to many tickets: asked for at once, worked off chunk by chunk."""

from .models import (
    BulkChange,
    BulkDraft,
    BulkItem,
    BulkResult,
    BulkState,
    BulkUpdate,
    ClaimedBulkUpdate,
)
from .ports import BulkKeeper, BulkWork
from .stores import BulkUpdates, DueBulkUpdates

__all__ = [
    "BulkChange",
    "BulkDraft",
    "BulkItem",
    "BulkKeeper",
    "BulkResult",
    "BulkState",
    "BulkUpdate",
    "BulkUpdates",
    "BulkWork",
    "ClaimedBulkUpdate",
    "DueBulkUpdates",
]
