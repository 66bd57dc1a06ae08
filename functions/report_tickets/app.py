"""GET /v1/reports/volume and /v1/reports/workload: leads see how tickets go."""

from typing import Annotated

from fastapi import APIRouter, Header, Query

from shared.core.http import create_handler, provide
from shared.reports import (
    Dimension,
    ReportRepository,
    Reports,
    VolumeReport,
    WorkloadReport,
)

from .formats import CSV, VOLUME, WORKLOAD, ReportQuery, in_format

router = APIRouter(tags=["reports"])
Which = Annotated[ReportQuery, Query()]
ProvidedReports = Annotated[Reports, provide(ReportRepository)]
Accept = Annotated[str, Header(description="`text/csv` for a table of the items.")]


@router.get("/v1/reports/volume", responses={200: {"content": {CSV: {}}}})
async def get_volume(
    query: Which, reports: ProvidedReports, accept: Accept = "*/*"
) -> VolumeReport:
    """Return how many tickets came and went, by day unless told otherwise.

    Of the last 30 days where neither `from` nor `to` is given.
    """
    return in_format(reports.volume(query.by or Dimension.DAY, query), accept, VOLUME)


@router.get("/v1/reports/workload", responses={200: {"content": {CSV: {}}}})
async def get_workload(
    query: Which, reports: ProvidedReports, accept: Accept = "*/*"
) -> WorkloadReport:
    """Return how much was done, by agent unless told otherwise.

    Of the last 30 days where neither `from` nor `to` is given.
    """
    report = reports.workload(query.by or Dimension.AGENT, query)
    return in_format(report, accept, WORKLOAD)


handler = create_handler(router)
