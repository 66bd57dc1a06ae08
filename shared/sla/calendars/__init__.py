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

__all__ = [
    "AROUND_THE_CLOCK",
    "LONGEST",
    "AroundTheClock",
    "BusinessTime",
    "Calendar",
    "Span",
    "WithinCalendar",
    "WorkingHours",
]
