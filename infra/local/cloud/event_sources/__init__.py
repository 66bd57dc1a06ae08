"""Invoke functions from queues and by schedule."""

from .queues import QueuePoller
from .schedules import Schedule

__all__ = ["QueuePoller", "Schedule"]
