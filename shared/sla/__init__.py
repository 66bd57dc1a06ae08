"""Service levels: when a ticket is due, and why."""

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .due_times import DueTimeRepository, DueTimes
from .explanation import Explanation, explain
from .history import read_history
from .logs import SlaLogRepository, SlaLogs
from .models import SlaLog
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft
from .ports import Calendars, Policies
from .recompute import RecomputeRepository, Recomputes, SlaRecompute
from .repository import CalendarRepository, PolicyRepository

__all__ = [
    "CalendarRepository",
    "Calendars",
    "DueTimeRepository",
    "DueTimes",
    "Explanation",
    "Policies",
    "PolicyRepository",
    "RecomputeRepository",
    "Recomputes",
    "SlaCalendar",
    "SlaCalendarChange",
    "SlaCalendarDraft",
    "SlaLog",
    "SlaLogRepository",
    "SlaLogs",
    "SlaPolicy",
    "SlaPolicyChange",
    "SlaPolicyDraft",
    "SlaRecompute",
    "explain",
    "read_history",
]
