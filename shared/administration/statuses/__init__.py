"""Statuses of tickets, with labels for who asks, and the steps between them."""

from .models import (
    StatusKey,
    StatusList,
    TicketStatus,
    TicketStatusChange,
    TicketStatusDraft,
)
from .ports import Statuses
from .repository import StatusRepository

__all__ = [
    "StatusKey",
    "StatusList",
    "StatusRepository",
    "Statuses",
    "TicketStatus",
    "TicketStatusChange",
    "TicketStatusDraft",
]
