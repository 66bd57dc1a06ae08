"""One run of a metric: from what starts it until what ends it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.sla.calendars import Span

from .policies import Terms


class State(StrEnum):
    """How a metric stands.

    `none`: nothing is awaited, or there is no target. `stopped`: it ended without being
    met or breached, such as a reply that nobody waits for any more.
    """

    NONE = "none"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    STOPPED = "stopped"


@dataclass
class Run:
    """A run, up to the last instant that it was advanced to.

    Attributes:
        terms: what it is held to now.
        counted: the finished spans during which it ran.
        running_since: since when it runs; None while it is paused or has ended.
        due_at: when its target is reached if nothing happens; None unless it runs.
        breached_at: when it was first overdue; a breach is never taken back.
        met_at: when it got what it waited for, in time or late.
        stopped_at: when it ended without.
    """

    terms: Terms
    counted: list[Span] = field(default_factory=list)
    running_since: datetime | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None
    stopped_at: datetime | None = None
    _overdue_by_change: bool = False

    @property
    def started_at(self) -> datetime:
        """When it began to count for the first time."""
        first = self.counted[0].begin if self.counted else self.running_since
        if first is None:
            raise ValueError("a run is resumed once before anything else")
        return first

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in time, late, or without being met."""
        return self.met_at is not None or self.stopped_at is not None

    def advance(self, now: datetime, *, is_last: bool = False) -> None:
        """Let time pass: it is breached a moment after it was due.

        What happens at the due time itself comes first, and is in time. Only where the
        reading ends (`is_last`) a change that made it overdue breaches it at once.
        """
        if self.due_at is None or self.breached_at is not None:
            return
        if self.due_at < now or (is_last and self._overdue_by_change):
            self.breached_at = self.due_at

    def record_breach(self, breached_at: datetime) -> None:
        """Take note of a breach that was recorded, if it is not known."""
        self.breached_at = self.breached_at or breached_at

    def resume(self, at: datetime) -> None:
        """Begin to count, or go on; what had ended is awaited again."""
        if self.running_since is None:
            self.running_since = at
            self.met_at = self.stopped_at = None
            self._compute_due(at)

    def pause(self, at: datetime) -> None:
        """Count no more until it is resumed; what had ended is awaited again."""
        if self.running_since is not None:
            self.counted.append(Span(self.running_since, at))
        self.running_since = self.met_at = self.stopped_at = None
        self._compute_due(at)

    def hold_to(self, terms: Terms, at: datetime) -> None:
        """Hold it to other terms; all the time since its start counts by them."""
        self.terms = terms
        self._compute_due(at)

    def meet(self, at: datetime) -> None:
        """End it with what it waited for."""
        if not self.is_over:
            self.pause(at)
            self.met_at = at

    def stop(self, at: datetime) -> None:
        """End it without what it waited for."""
        if not self.is_over:
            self.pause(at)
            self.stopped_at = at

    def used(self, now: datetime) -> timedelta:
        """Return how much time it has counted."""
        spans = list(self.counted)
        if self.running_since is not None:
            spans.append(Span(self.running_since, now))
        return sum((self.terms.time.elapsed(span) for span in spans), timedelta())

    def remaining(self, now: datetime) -> timedelta | None:
        """Return how much of its target is left, at least zero; None without one."""
        if self.terms.target is None:
            return None
        return max(self.terms.target - self.used(now), timedelta())

    @property
    def warn_at(self) -> datetime | None:
        """When so much of its target is left that a warning is due.

        None unless it runs, and where no warning is asked for, or one as soon as the
        run begins.
        """
        target, before = self.terms.target, self.terms.warn_before
        if self.running_since is None or not target or not before or before >= target:
            return None
        since = self.running_since
        left = target - before - self.used(since)
        return self.terms.time.add(since, max(left, timedelta()))

    @property
    def state(self) -> State:
        """How it stands."""
        if self.breached_at is not None:
            return State.BREACHED
        if self.is_over:
            return State.STOPPED if self.met_at is None else State.MET
        if self.terms.target is None:
            return State.NONE
        return State.PAUSED if self.running_since is None else State.RUNNING

    def _compute_due(self, at: datetime) -> None:
        self.due_at = None
        self._overdue_by_change = False
        if self.running_since is None or self.terms.target is None:
            return
        left = self.terms.target - self.used(at)
        self._overdue_by_change = left < timedelta()
        self.due_at = self.terms.time.add(at, max(left, timedelta()))
