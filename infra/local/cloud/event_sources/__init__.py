"""What invokes functions besides HTTP: queues and schedules."""

from .expressions import ScheduleError, next_time
from .queues import QueuePoller
from .schedules import Schedule, Scheduler

__all__ = ["QueuePoller", "Schedule", "ScheduleError", "Scheduler", "next_time"]
