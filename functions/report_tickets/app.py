"""GET /v1/reports/volume and /v1/reports/workload: leads see how tickets go."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Query, Response

from shared.core.http import create_handler, provide
from shared.reports import (
    Dimension,
    Period,
    ReportRepository,
    Reports,
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
ProvidedReports = Annotated[Reports, provide(ReportRepository)]
Accept = Annotated[str, Header(description="`text/csv` for a table of the items.")]
router = APIRouter(tags=["reports"])


class ReportQuery(Period):
    """Which report."""

    by: Dimension | None = None


@router.get("/v1/reports/volume", responses={200: {"content": {CSV: {}}}})
async def get_volume(
    query: Annotated[ReportQuery, Query()],
    reports: ProvidedReports,
    accept: Accept = "*/*",
) -> VolumeReport:
    """Return how many tickets came and went, by day unless told otherwise.

    Of the last 30 days where neither `from` nor `to` is given.
    """
    report = reports.volume(query.by or Dimension.DAY, query)
    return _in_format(report, accept, VOLUME)


@router.get("/v1/reports/workload", responses={200: {"content": {CSV: {}}}})
async def get_workload(
    query: Annotated[ReportQuery, Query()],
    reports: ProvidedReports,
    accept: Accept = "*/*",
) -> WorkloadReport:
    """Return how much was done, by agent unless told otherwise.

    Of the last 30 days where neither `from` nor `to` is given.
    """
    report = reports.workload(query.by or Dimension.AGENT, query)
    return _in_format(report, accept, WORKLOAD)


def _in_format(report: Report, accept: str, columns: tuple[str, ...]) -> Report:
    """Return a report as JSON, or as CSV to whoever accepts that."""
    if CSV not in accept:
        return report
    table = csv_text(("key", "name", *columns, *METRICS), report.items)
    return Response(table, media_type=CSV)  # type: ignore[return-value]


handler = create_handler(router)
