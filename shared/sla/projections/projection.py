"""What is kept of the service levels of a ticket, so that lists can show it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from shared.core.types import Model, TicketPriority
from shared.sla.engine import Metric, Run, State, timeline
from shared.sla.history import History, SlaLog, read_history


class ProjectedRun(Model):
    """A run as the database keeps it."""

    metric: Metric
    run: int
    state: State
    policy_id: UUID | None
    priority: TicketPriority
    queue_id: UUID
    assignee_id: UUID | None
    target_minutes: int | None
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    used_seconds: int | None


class Projection(Model):
    """The service levels of a ticket, as of its event `seq` and by the terms."""

    ticket_id: UUID
    queue_id: UUID
    seq: int
    terms_id: int
    policy_id: UUID | None
    next_due: datetime | None
    breached: bool
    runs: list[ProjectedRun]


def project(log: SlaLog) -> Projection | None:
    """Compute what is kept of a ticket; None of one whose opening is not in the log."""
    history = read_history(log)
    if not history.places:
        return None
    found = timeline(history.entries, *history.first, log.now)
    runs = [
        (run, _row(history, metric, number, run))
        for metric, each in found.items()
        for number, run in enumerate(each.runs, start=1)
        if run.terms.policy is not None or run.breached_at is not None
    ]
    return Projection(
        ticket_id=log.ticket_id,
        queue_id=history.places[-1].queue_id,
        seq=log.seq,
        terms_id=log.terms[-1].id if log.terms else 0,
        policy_id=history.policy.id if history.policy else None,
        next_due=min(_awaited(run for run, _ in runs), default=None),
        breached=any(run.breached_at for run, _ in runs),
        runs=[row for _, row in runs],
    )


def _awaited(runs: Iterator[Run]) -> Iterator[datetime]:
    """Yield by when each run is due that is not over, or since when it is overdue."""
    for run in runs:
        due = run.due_at and (run.breached_at or run.due_at)
        if due and not run.is_over:
            yield due


def _row(history: History, metric: Metric, number: int, run: Run) -> ProjectedRun:
    ended = run.met_at or run.stopped_at
    places = [each for each in history.places if ended is None or each.at <= ended]
    place = places[-1] if places else history.places[0]
    target = run.terms.target
    return ProjectedRun(
        metric=metric,
        run=number,
        state=run.state,
        policy_id=run.terms.policy,
        priority=run.terms.priority,
        queue_id=place.queue_id,
        assignee_id=place.assignee_id,
        target_minutes=None if target is None else target // timedelta(minutes=1),
        started_at=run.started_at,
        due_at=run.due_at,
        warn_at=run.warn_at,
        breached_at=run.breached_at,
        met_at=run.met_at,
        stopped_at=run.stopped_at,
        used_seconds=None if ended is None else round(run.used(ended).total_seconds()),
    )
