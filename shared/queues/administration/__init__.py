"""Administering queues: creating and changing them, and their members."""

from .models import Assignable, Member, QueueChange, QueueDraft
from .ports import QueueMembers, QueueWriter
from .repository import QueueAdministration

__all__ = [
    "Assignable",
    "Member",
    "QueueAdministration",
    "QueueChange",
    "QueueDraft",
    "QueueMembers",
    "QueueWriter",
]
