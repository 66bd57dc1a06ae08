"""Uploaded files: checking them, and removing those that nobody will use."""

from .checks import CHECKS, FileCheck, check
from .models import FileToCheck
from .repository import FileQueue, FileQueueRepository

__all__ = [
    "CHECKS",
    "FileCheck",
    "FileQueue",
    "FileQueueRepository",
    "FileToCheck",
    "check",
]
