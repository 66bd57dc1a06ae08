"""GET /v1/reports/sla: leads see how service levels were kept."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from shared.core.http import create_handler, provide
from shared.reports import Period, csv_text
from shared.sla import SlaDimension, SlaReport, SlaReportRepository, SlaReports

CSV = "text/csv"
COLUMNS = (
    "key",
    "name",
    "metric",
    "met",
    "breached",
    "median_seconds",
    "p90_seconds",
)
router = APIRouter(tags=["service levels"])


class SlaReportQuery(Period):
    """Which report."""

    by: SlaDimension = SlaDimension.QUEUE


@router.get("/v1/reports/sla", responses={200: {"content": {CSV: {}}}})
async def report_sla(
    query: Annotated[SlaReportQuery, Query()],
    reports: Annotated[SlaReports, provide(SlaReportRepository)],
    accept: Annotated[
        str, Header(description="`text/csv` for a table of the items.")
    ] = "*/*",
) -> SlaReport:
    """Return how many targets were met and missed, and how long it took.

    Of the last 30 days where neither `from` nor `to` is given.
    """
    report = reports.report(query.by, query)
    if CSV not in accept:
        return report
    table = csv_text(COLUMNS, report.items)
    return Response(table, media_type=CSV)  # type: ignore[return-value]


handler = create_handler(router)
