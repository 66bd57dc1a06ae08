"""The service levels of one ticket, computed from its log alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.sla.calendars import BusinessTime

from .log import Entry
from .metrics import METRICS, Conversation
from .policies import Metric, Policy
from .runs import Run, State


@dataclass(frozen=True)
class MetricTimeline:
    """How one metric of a ticket stands, and how it came to.

    Attributes:
        state: of the last run.
        due_at: when it is due; only while it runs.
        remaining: what is left of its target; only while it is paused.
        breached_at: when the last run was first overdue.
        met_at: when the last run got what it waited for.
        runs: every run; replies have one for each time that a customer waited.
    """

    state: State = State.NONE
    due_at: datetime | None = None
    remaining: timedelta | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None
    runs: tuple[Run, ...] = field(default=(), repr=False)


def timeline(
    log: Iterable[Entry], policy: Policy, business_time: BusinessTime, now: datetime
) -> Mapping[Metric, MetricTimeline]:
    """Compute how every metric of a ticket stands.

    It depends on nothing but its arguments: the same log, policy and calendar give the
    same answer on every machine and at any time.

    Args:
        log: what happened, in order; what is later than `now` is left out.
        policy: the policy that applied when the ticket was opened.
        business_time: the calendar of the policy.
        now: the instant that is asked about.
    """
    conversation = Conversation(policy, business_time)
    for entry in log:
        if entry.at > now:
            break
        conversation.advance(entry.at)
        conversation.apply(entry)
    conversation.advance(now, is_last=True)
    return {metric: _summary(conversation.runs[metric], now) for metric in METRICS}


def _summary(runs: list[Run], now: datetime) -> MetricTimeline:
    if not runs:
        return MetricTimeline()
    last = runs[-1]
    return MetricTimeline(
        state=last.state,
        due_at=last.due_at if last.state is State.RUNNING else None,
        remaining=last.remaining(now) if last.state is State.PAUSED else None,
        breached_at=last.breached_at,
        met_at=last.met_at,
        runs=tuple(runs),
    )
