"""Reports over PostgREST."""

from typing_extensions import override

from shared.core.persistence import Database

from .models import Dimension, Period, VolumeReport, WorkloadReport
from .ports import Reports


class ReportRepository(Reports):
    """Reports as the caller may read them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def volume(self, by: Dimension, period: Period) -> VolumeReport:
        return VolumeReport.model_validate(self._report("volume", by, period))

    @override
    def workload(self, by: Dimension, period: Period) -> WorkloadReport:
        return WorkloadReport.model_validate(self._report("workload", by, period))

    def _report(self, kind: str, by: Dimension, period: Period) -> object:
        days = period.model_dump(mode="json", include={"from_day", "to_day"})
        report: object = self._database.call(
            "get_report", {"kind": kind, "by_dimension": by, **days}
        )
        return report


class ReportDays:
    """Counting the days that are over; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count_next(self) -> str | None:
        """Count one day and return it, or None when all are counted."""
        day: str | None = self._database.call("count_report_day", {})
        return day

    def recount(self) -> int:
        """Let all days be counted again, from the events that are left."""
        return int(self._database.call("recount_report_days", {}))
