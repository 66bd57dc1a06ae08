"""Reports: what happened to tickets, by day, week, queue, agent, type or tag."""

from .models import (
    Dimension,
    Period,
    Volume,
    VolumeReport,
    Workload,
    WorkloadReport,
)
from .ports import Reports
from .repository import ReportDays, ReportRepository
from .tables import csv_text

__all__ = [
    "Dimension",
    "Period",
    "ReportDays",
    "ReportRepository",
    "Reports",
    "Volume",
    "VolumeReport",
    "Workload",
    "WorkloadReport",
    "csv_text",
]
