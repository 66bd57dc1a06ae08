"""Which report, and as what it is returned."""

from typing import TypeVar

from fastapi import Response

from shared.reports import (
    Dimension,
    Period,
    VolumeReport,
    WorkloadReport,
    csv_text,
)

CSV = "text/csv"
VOLUME = ("opened",)
WORKLOAD = ("assigned", "replies")
METRICS = (
    "solved",
    "reopened",
    "backlog",
    "first_replies",
    "first_reply_seconds",
    "resolution_seconds",
)
Report = TypeVar("Report", VolumeReport, WorkloadReport)


class ReportQuery(Period):
    """Which report."""

    by: Dimension | None = None


def in_format(report: Report, accept: str, columns: tuple[str, ...]) -> Report:
    """Return a report as JSON, or as CSV to whoever accepts that."""
    if CSV not in accept:
        return report
    table = csv_text(("key", "name", *columns, *METRICS), report.items)
    return Response(table, media_type=CSV)  # type: ignore[return-value]
