"""Uploaded files: which are to be checked, and which to be removed."""

from .models import FileToCheck
from .repository import FileQueue, FileQueueRepository

__all__ = ["FileQueue", "FileQueueRepository", "FileToCheck"]
