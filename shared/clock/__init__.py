"""Chores, each done by one worker: finding what has come due, and waking the worker."""

from .chores import Chore, ChoreFinder, DueChores
from .waking import Waker, gathering, open_waker, read_wake_up

__all__ = [
    "Chore",
    "ChoreFinder",
    "DueChores",
    "Waker",
    "gathering",
    "open_waker",
    "read_wake_up",
]
