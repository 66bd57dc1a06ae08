"""Administering queues: creating and changing them, and their members."""

from .models import Member, QueueChange, QueueDraft
from .ports import QueueMembers, QueueWriter
from .repository import QueueAdministration

__all__ = [
    "Member",
    "QueueAdministration",
    "QueueChange",
    "QueueDraft",
    "QueueMembers",
    "QueueWriter",
]
