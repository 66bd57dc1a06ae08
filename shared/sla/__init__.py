"""Service levels: when a ticket is due, and why."""

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .explanation import Explanation, explain
from .history import SlaLog, read_history
from .logs import SlaLogRepository, SlaLogs
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft
from .ports import Calendars, Policies
from .repository import CalendarRepository, PolicyRepository

__all__ = [
    "CalendarRepository",
    "Calendars",
    "Explanation",
    "Policies",
    "PolicyRepository",
    "SlaCalendar",
    "SlaCalendarChange",
    "SlaCalendarDraft",
    "SlaLog",
    "SlaLogRepository",
    "SlaLogs",
    "SlaPolicy",
    "SlaPolicyChange",
    "SlaPolicyDraft",
    "explain",
    "read_history",
]
