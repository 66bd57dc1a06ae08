"""Service levels: when a ticket is due, and why."""

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .explanation import Explanation, explain
from .history import SlaLog, read_history
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft
from .ports import Calendars, Policies, SlaLogs
from .repository import CalendarRepository, PolicyRepository, SlaLogRepository

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
