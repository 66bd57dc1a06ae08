"""When a team works, and how working time is counted."""

from .business_time import (
    AROUND_THE_CLOCK,
    LONGEST,
    AroundTheClock,
    BusinessTime,
    Span,
    WithinCalendar,
)
from .calendars import Calendar, WorkingHours
from .models import (
    SlaCalendar,
    SlaCalendarChange,
    SlaCalendarDraft,
    business_time_of,
)

__all__ = [
    "AROUND_THE_CLOCK",
    "LONGEST",
    "AroundTheClock",
    "BusinessTime",
    "Calendar",
    "SlaCalendar",
    "SlaCalendarChange",
    "SlaCalendarDraft",
    "Span",
    "WithinCalendar",
    "WorkingHours",
    "business_time_of",
]
