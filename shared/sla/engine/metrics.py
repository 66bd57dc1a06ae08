"""What starts, pauses and ends each metric."""

from collections.abc import Callable, Mapping
from datetime import datetime

from shared.core.types import StatusCategory, TicketPriority
from shared.sla.calendars import BusinessTime

from .log import (
    BreachRecorded,
    Commented,
    Entry,
    MergedAway,
    Opened,
    PolicyChanged,
    PriorityChanged,
    StatusChanged,
)
from .policies import Metric, Policy, Terms
from .runs import Run

ENDED = frozenset({StatusCategory.SOLVED, StatusCategory.CLOSED})


class Conversation:
    """A ticket while its log is read: the runs of its metrics so far."""

    def __init__(self, policy: Policy, business_time: BusinessTime) -> None:
        self.policy = policy
        self.runs: dict[Metric, list[Run]] = {metric: [] for metric in METRICS}
        self._business_time = business_time
        self._priority = TicketPriority.NORMAL
        self._category = StatusCategory.NEW

    def advance(self, now: datetime, *, is_last: bool = False) -> None:
        """Let time pass for every run."""
        for runs in self.runs.values():
            for run in runs[-1:]:
                run.advance(now, is_last=is_last)

    def apply(self, entry: Entry) -> None:
        """Let every metric take notice of an entry."""
        match entry:
            case Opened(priority=priority) | PriorityChanged(priority=priority):
                self._priority = priority
            case PolicyChanged(policy=policy, business_time=business_time):
                self.policy, self._business_time = policy, business_time
            case StatusChanged(category=category):
                self._category = category
            case BreachRecorded(metric=metric, run=run, breached_at=breached_at):
                for each in self.runs[metric][run - 1 : run]:
                    each.record_breach(breached_at)
        if isinstance(entry, PriorityChanged | PolicyChanged):
            self._hold_to_new_terms(entry.at)
        for apply in METRICS.values():
            apply(self, entry)

    @property
    def is_paused(self) -> bool:
        """Whether its policy does not count the resolution where it stands."""
        return self._category in self.policy.pauses

    @property
    def is_solved(self) -> bool:
        """Whether it is solved or closed."""
        return self._category in ENDED

    def start(self, metric: Metric, at: datetime) -> None:
        """Start another run of a metric."""
        run = Run(self.terms(metric))
        run.resume(at)
        self.runs[metric].append(run)

    def terms(self, metric: Metric) -> Terms:
        """Return what a metric is held to now."""
        return self.policy.terms(metric, self._priority, self._business_time)

    def _hold_to_new_terms(self, at: datetime) -> None:
        for metric, runs in self.runs.items():
            for run in runs[-1:]:
                if not run.is_over:
                    run.hold_to(self.terms(metric), at)


def first_reply(ticket: Conversation, entry: Entry) -> None:
    """From the customer's first words until the first public words of staff."""
    if _is_by_customer(entry) and not ticket.runs[Metric.FIRST_REPLY]:
        ticket.start(Metric.FIRST_REPLY, entry.at)
    else:
        _end_reply(ticket.runs[Metric.FIRST_REPLY], entry)


def next_reply(ticket: Conversation, entry: Entry) -> None:
    """From the oldest unanswered words of the customer until the answer.

    Only after the first reply is over, which answers all that was written before it.
    """
    runs = ticket.runs[Metric.NEXT_REPLY]
    is_first_over = any(run.is_over for run in ticket.runs[Metric.FIRST_REPLY])
    if is_first_over and _is_by_customer(entry) and all(run.is_over for run in runs):
        ticket.start(Metric.NEXT_REPLY, entry.at)
    else:
        _end_reply(runs, entry)


def resolution(ticket: Conversation, entry: Entry) -> None:
    """From the opening until it is solved; a reopened ticket goes on counting."""
    for run in ticket.runs[Metric.RESOLUTION]:
        match entry:
            case MergedAway():
                run.stop(entry.at)
            case StatusChanged() | PolicyChanged() if ticket.is_solved:
                run.meet(entry.at)
            case PolicyChanged() if run.is_over:
                continue
            case StatusChanged() | PolicyChanged():
                # A reopened ticket is held to what applies now.
                run.hold_to(ticket.terms(Metric.RESOLUTION), entry.at)
                (run.pause if ticket.is_paused else run.resume)(entry.at)
    if isinstance(entry, Opened):
        ticket.start(Metric.RESOLUTION, entry.at)


METRICS: Mapping[Metric, Callable[[Conversation, Entry], None]] = {
    Metric.FIRST_REPLY: first_reply,
    Metric.NEXT_REPLY: next_reply,
    Metric.RESOLUTION: resolution,
}
"""Extension point: a metric is a function that is given every entry of the log."""


def _is_by_customer(entry: Entry) -> bool:
    match entry:
        case Opened(by_staff=by_staff):
            return not by_staff
        case Commented(by_staff=by_staff, is_public=is_public):
            return is_public and not by_staff
    return False


def _end_reply(runs: list[Run], entry: Entry) -> None:
    for run in runs[-1:]:
        match entry:
            case Commented(by_staff=True, is_public=True):
                run.meet(entry.at)
            case MergedAway():
                run.stop(entry.at)
            case StatusChanged(category=category) if category in ENDED:
                run.stop(entry.at)
