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
from .reports import SlaDimension, SlaReport, SlaReportRepository, SlaReports
from .repository import CalendarRepository, PolicyRepository
from .simulation import (
    Simulation,
    SimulationDraft,
    SimulationRepository,
    Simulations,
)

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
    "Simulation",
    "SimulationDraft",
    "SimulationRepository",
    "Simulations",
    "SlaCalendar",
    "SlaCalendarChange",
    "SlaCalendarDraft",
    "SlaDimension",
    "SlaLog",
    "SlaLogRepository",
    "SlaLogs",
    "SlaPolicy",
    "SlaPolicyChange",
    "SlaPolicyDraft",
    "SlaRecompute",
    "SlaReport",
    "SlaReportRepository",
    "SlaReports",
    "explain",
    "read_history",
]
