"""What a policy would have meant for the tickets of the last days."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Command, Model, StrictInt
from shared.sla.engine import Metric, State
from shared.sla.history import SlaLog
from shared.sla.policies import SlaPolicyDraft
from shared.sla.projections import ProjectedRun, project


class SimulationDraft(Command):
    """Which policy to try, on the tickets that were opened in the last days."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": {
                        "name": "Faster",
                        "targets": {"first_reply": {"urgent": 15}},
                    },
                    "days": 30,
                }
            ]
        }
    )

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


def simulate(
    logs: Sequence[SlaLog], since: datetime, following: int | None
) -> Simulation:
    """Compute what would have been from logs with the terms of a draft."""
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
