"""Why a ticket is due when it is: in data, and in sentences."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.core.types import Model

from .engine import (
    IntervalKind,
    Metric,
    MetricTimeline,
    Run,
    State,
    intervals,
    timeline,
)
from .history import History, SlaLog, read_history

MINUTE = timedelta(minutes=1)
NAMES = {
    Metric.FIRST_REPLY: "First reply",
    Metric.NEXT_REPLY: "Next reply",
    Metric.RESOLUTION: "Resolution",
}


class PolicyRef(Model):
    """The policy that applies."""

    id: UUID
    name: str


class IntervalShown(Model):
    """A part of a run: `from` is its first instant, `to` the first one after it."""

    kind: IntervalKind
    begin: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")


class RunShown(Model):
    """One run of a metric; replies have one for each time that a customer waited."""

    state: State
    target_minutes: int | None
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None
    stopped_at: datetime | None
    intervals: list[IntervalShown]


class MetricShown(Model):
    """How a metric stands. `remaining_minutes` is shown while it is paused."""

    state: State
    due_at: datetime | None
    remaining_minutes: int | None
    breached_at: datetime | None
    met_at: datetime | None
    runs: list[RunShown]


class Explanation(Model):
    """The service levels of a ticket; empty where no policy ever applied."""

    ticket_id: UUID
    policy: PolicyRef | None
    time_zone: str = Field(description="Where the calendar's wall clock stands.")
    metrics: dict[Metric, MetricShown]
    sentences: list[str]


def explain(log: SlaLog) -> Explanation:
    """Compute the service levels of a ticket, and say how they came to be."""
    history = read_history(log)
    found = timeline(history.entries, *history.first, log.now)
    zone = ZoneInfo(history.time_zone)
    awaited = {
        metric: each
        for metric, each in found.items()
        if any(run.terms.target or run.breached_at for run in each.runs)
    }
    return Explanation(
        ticket_id=log.ticket_id,
        policy=_policy(history),
        time_zone=str(zone),
        metrics={m: _metric(each, log.now) for m, each in awaited.items()},
        sentences=[
            sentence
            for metric, each in awaited.items()
            for run in each.runs
            for sentence in _sentences(NAMES[metric], run, log.now, zone)
        ],
    )


def _policy(history: History) -> PolicyRef | None:
    if history.policy is None:
        return None
    return PolicyRef(id=history.policy.id, name=history.policy.name)


def _metric(found: MetricTimeline, now: datetime) -> MetricShown:
    return MetricShown(
        state=found.state,
        due_at=found.due_at,
        remaining_minutes=_minutes(found.remaining),
        breached_at=found.breached_at,
        met_at=found.met_at,
        runs=[_run(run, now) for run in found.runs],
    )


def _run(run: Run, now: datetime) -> RunShown:
    parts = intervals(run, now)
    return RunShown(
        state=run.state,
        target_minutes=_minutes(run.terms.target),
        started_at=run.started_at,
        due_at=run.due_at,
        breached_at=run.breached_at,
        met_at=run.met_at,
        stopped_at=run.stopped_at,
        intervals=[IntervalShown(kind=p.kind, begin=p.begin, end=p.end) for p in parts],
    )


def _minutes(amount: timedelta | None) -> int | None:
    return None if amount is None else amount // timedelta(minutes=1)


def _sentences(name: str, run: Run, now: datetime, zone: tzinfo) -> Iterator[str]:
    if run.terms.target is None and run.breached_at is None:
        return
    target = _duration(run.terms.target) if run.terms.target else "no limit"
    yield f"{name}: {target} of counted time since {_time(run.started_at, zone)}."
    for part in intervals(run, now):
        # What began and ended within a minute would read as nothing at all.
        counts = part.kind is not IntervalKind.OUTSIDE_HOURS
        if counts and part.end - part.begin >= MINUTE:
            word = "counted" if part.kind is IntervalKind.RUNNING else "paused"
            yield (
                f"{_duration(part.end - part.begin)} {word}, from"
                f" {_time(part.begin, zone)} to {_time(part.end, zone)}."
            )
    yield f"{name}: {_outcome(run, now, zone)}."


def _outcome(run: Run, now: datetime, zone: tzinfo) -> str:
    if run.breached_at is not None:
        late = f", met on {_time(run.met_at, zone)}" if run.met_at else ""
        return f"breached on {_time(run.breached_at, zone)}{late}"
    if run.met_at is not None:
        return f"met on {_time(run.met_at, zone)}"
    if run.due_at is not None:
        return f"due on {_time(run.due_at, zone)}"
    if run.state is State.PAUSED:
        return f"paused with {_duration(run.remaining(now) or timedelta())} left"
    return "not awaited any more" if run.is_over else "never due in these hours"


def _time(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} {local.tzname()}"


def _duration(amount: timedelta) -> str:
    minutes = round(amount / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(parts)
