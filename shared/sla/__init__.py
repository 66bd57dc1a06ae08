"""Service levels: when a ticket is due, and why."""

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .explanation import Explanation, explain
from .history import SlaLog, read_history
from .logs import SlaLogRepository, SlaLogs
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft
from .ports import Calendars, Policies
from .projections import (
    DueTimeRepository,
    DueTimes,
    RecomputeRepository,
    Recomputes,
    SlaRecompute,
)
from .reporting import (
    Simulation,
    SimulationDraft,
    SimulationRepository,
    Simulations,
    SlaDimension,
    SlaReport,
    SlaReportRepository,
    SlaReports,
)
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
