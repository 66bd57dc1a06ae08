"""The report on service levels: how many targets were met, and how many missed."""

from datetime import date
from enum import StrEnum
from typing import Protocol

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model
from shared.reports import Period
from shared.sla.engine import Metric


class SlaDimension(StrEnum):
    """By what the report is divided."""

    QUEUE = "queue"
    AGENT = "agent"
    POLICY = "policy"
    PRIORITY = "priority"
    WEEK = "week"


class SlaLine(Model):
    """One metric of one queue, agent, policy, priority or week."""

    key: str | None = Field(
        description="The id, the priority, or the first day of the week; null for"
        " tickets that nobody worked."
    )
    name: str | None = Field(description="Of a queue, an agent or a policy.")
    metric: Metric
    met: int = Field(description="Targets that were met in time.")
    breached: int = Field(description="Targets that were missed.")
    median_seconds: int | None = Field(
        description="The counted time that it took, late ones included: the median."
    )
    p90_seconds: int | None = Field(description="What 90 % of them took at most.")


class SlaReport(Model):
    """How service levels were kept; a target counts when it was met or missed."""

    model_config = ConfigDict(populate_by_name=True)

    by: SlaDimension
    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")
    time_zone: str = Field(description="Whose days these are: the setting `time_zone`.")
    items: list[SlaLine]


class SlaReports(Protocol):
    """Reading the report."""

    def report(self, by: SlaDimension, period: Period) -> SlaReport:
        """Return how service levels were kept; raise `Denied`, `Invalid`."""
        ...


class SlaReportRepository(SlaReports):
    """The report over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def report(self, by: SlaDimension, period: Period) -> SlaReport:
        days = period.model_dump(mode="json", include={"from_day", "to_day"})
        row = self._database.call("get_sla_report", {"by_dimension": by, **days})
        return SlaReport.model_validate(row)
