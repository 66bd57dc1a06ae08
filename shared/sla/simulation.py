"""What a policy would have meant for the tickets of the last days."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Command, Model, StrictInt

from .calendars import SlaCalendar
from .engine import Metric, State
from .models import SlaLog, SlaTerms
from .policies import SlaPolicy, SlaPolicyDraft
from .projection import ProjectedRun, project

NOBODY = UUID(int=0)


class SimulationDraft(Command):
    """Which policy to try, on the tickets that were opened in the last days."""

    policy: SlaPolicyDraft
    days: Annotated[StrictInt, Field(ge=1, le=366)] = 30
    after: Annotated[StrictInt, Field(ge=0)] = Field(
        default=0, description="Goes on: `next` of the answer before."
    )


class SimulatedBreach(Model):
    """A target that would have been missed."""

    ticket_id: UUID
    metric: Metric
    breached_at: datetime


class SimulatedMetric(Model):
    """How many targets would have been met, missed, or still be open."""

    met: int = 0
    breached: int = 0
    open: int = 0


class Simulation(Model):
    """What would have been, of 500 tickets at most; nothing is changed."""

    since: datetime
    tickets: int = Field(description="Those that were looked at.")
    metrics: dict[Metric, SimulatedMetric]
    breaches: list[SimulatedBreach]
    next: int | None = Field(description="Where to go on; null when these were all.")


class Simulations(Protocol):
    """Trying a policy."""

    def run(self, draft: SimulationDraft) -> Simulation:
        """Return what it would have meant; raise `Denied`, `Invalid`."""
        ...


class SimulationRepository(Simulations):
    """Simulations over logs that come by PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def run(self, draft: SimulationDraft) -> Simulation:
        policy = draft.policy.model_dump(mode="json", exclude_unset=True)
        arguments = {"draft": policy, "days": draft.days, "after_number": draft.after}
        row = self._database.call("read_sla_simulation", arguments)
        terms = _terms(draft.policy, row)
        logs = [_log(each, terms) for each in row["logs"]]
        return _simulate(logs, row["since"], row["next"])


def _terms(draft: SlaPolicyDraft, row: Mapping[str, Any]) -> SlaTerms:
    fields = draft.model_dump(exclude={"conditions", "position"})
    policy = SlaPolicy(
        **fields,
        id=NOBODY,
        position=1,
        conditions=row["conditions"],
        calendar_name=None,
        valid_from=row["since"],
        version=1,
    )
    calendars = [SlaCalendar.model_validate(each) for each in row["calendars"]]
    return SlaTerms(id=1, since=row["since"], policies=[policy], calendars=calendars)


def _log(row: Mapping[str, Any], terms: SlaTerms) -> SlaLog:
    """Return the log without the breaches of the policies that applied."""
    events = [each for each in row["events"] if each["type"] != "TICKET_SLA_BREACHED"]
    return SlaLog.model_validate({**row, "events": events, "terms": [terms]})


def _simulate(
    logs: Sequence[SlaLog], since: datetime, following: int | None
) -> Simulation:
    found = [
        (log.ticket_id, run)
        for log in logs
        if (projection := project(log)) is not None
        for run in projection.runs
        if run.target_minutes is not None
    ]
    return Simulation(
        since=since,
        tickets=len(logs),
        metrics={metric: _counted(metric, found) for metric in Metric},
        breaches=[
            SimulatedBreach(
                ticket_id=ticket, metric=run.metric, breached_at=run.breached_at
            )
            for ticket, run in found
            if run.breached_at is not None
        ],
        next=following,
    )


def _counted(
    metric: Metric, found: Sequence[tuple[UUID, ProjectedRun]]
) -> SimulatedMetric:
    states = [run.state for _, run in found if run.metric is metric]
    return SimulatedMetric(
        met=states.count(State.MET),
        breached=states.count(State.BREACHED),
        open=sum(state in (State.RUNNING, State.PAUSED) for state in states),
    )
