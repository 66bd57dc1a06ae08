"""The same answers, found by walking through every minute."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta

from shared.core.types import StatusCategory
from shared.sla.engine import (
    Commented,
    MergedAway,
    Metric,
    Opened,
    PolicyChanged,
    PriorityChanged,
    State,
    StatusChanged,
)

MINUTE = timedelta(minutes=1)
ENDED = (StatusCategory.SOLVED, StatusCategory.CLOSED)
FAR = 14 * 24 * 60
"""How many minutes ahead a due time is looked for."""


def is_open(calendar, minute):
    """Tell whether a minute counts; without a calendar all do."""
    if calendar is None:
        return True
    local = minute.astimezone(calendar.zone)
    if local.date() in calendar.holidays:
        return False
    at = local.hour * 60 + local.minute
    hours = calendar.week.get(local.weekday(), ())
    return any(part.begin <= at < part.end for part in hours)


@dataclass
class Count:
    """One run of a metric."""

    ran: list = field(default_factory=list)  # minutes, open or not
    used: int = 0
    runs: bool = True
    due: object = None
    is_past: bool = False  # a change of the target left nothing
    breached: object = None
    met: object = None
    stopped: bool = False

    @property
    def is_over(self):
        return self.met is not None or self.stopped

    def end(self, met=None):
        if not self.is_over:
            self.runs, self.due, self.is_past = False, None, False
            self.met, self.stopped = met, met is None


class Oracle:
    """A ticket, minute after minute."""

    def __init__(self, log, policy, calendar):
        self.log, self.policy, self.calendar = list(log), policy, calendar
        self.counts = {metric: [] for metric in Metric}
        self.category = StatusCategory.NEW
        self.priority = None

    def target(self, metric):
        target = self.policy.targets.get(metric, {}).get(self.priority)
        return target and target // MINUTE

    def counts_now(self, metric, minute):
        around = metric in self.policy.around_the_clock
        return is_open(None if around else self.calendar, minute)

    def run(self, now):
        minute = self.log[0].at.astimezone(UTC)
        while minute <= now:
            self.pass_minute(minute, is_last=minute == now)
            minute += MINUTE
        return {metric: self.summary(metric, now) for metric in Metric}

    def pass_minute(self, minute, *, is_last):
        self.breach(count for count in self.last() if count.due is not None)
        for entry in self.log:
            if entry.at == minute:
                self.apply(entry, minute)
        self.look_for_due(minute)
        if is_last:
            self.breach(count for count in self.last() if count.is_past)
        else:
            self.count(minute)

    def breach(self, counts):
        for count in counts:
            count.breached = count.breached or count.due

    def last(self):
        return [counts[-1] for counts in self.counts.values() if counts]

    def count(self, minute):
        for metric, counts in self.counts.items():
            for count in counts[-1:]:
                if count.runs:
                    count.ran.append(minute)
                    count.used += self.counts_now(metric, minute)

    def look_for_due(self, minute):
        for metric, counts in self.counts.items():
            target = self.target(metric)
            for count in counts[-1:]:
                if count.runs and target is not None and count.due is None:
                    count.due = minute if count.used >= target else None

    def apply(self, entry, minute):
        match entry:
            case Opened():
                self.priority = entry.priority
                self.counts[Metric.RESOLUTION].append(Count())
            case PriorityChanged():
                self.priority = entry.priority
                self.retarget()
            case PolicyChanged():
                self.policy = entry.policy
                self.retarget()
                if not self.counts[Metric.RESOLUTION][0].is_over:
                    self.resolve(minute)
            case StatusChanged():
                self.category = entry.category
                self.resolve(minute)
            case MergedAway():
                for count in self.last():
                    count.end()
        self.reply(entry, minute)

    def retarget(self):
        for metric, counts in self.counts.items():
            for count in counts[-1:]:
                count.used = sum(self.counts_now(metric, each) for each in count.ran)
                count.due = None
                count.is_past = count.runs and self.is_used_up(metric, count)

    def is_used_up(self, metric, count):
        target = self.target(metric)
        return target is not None and count.used > target

    def resolve(self, minute):
        [count] = self.counts[Metric.RESOLUTION]
        if self.category in ENDED:
            count.end(minute)
            return
        ran = count.runs
        count.runs = self.category not in self.policy.pauses
        count.met, count.stopped = None, False
        if not count.runs:
            count.due, count.is_past = None, False
        elif not ran:
            count.is_past = self.is_used_up(Metric.RESOLUTION, count)

    def reply(self, entry, minute):
        first, following = (
            self.counts[Metric.FIRST_REPLY],
            self.counts[Metric.NEXT_REPLY],
        )
        by_customer = (isinstance(entry, Opened) and not entry.by_staff) or (
            isinstance(entry, Commented) and entry.is_public and not entry.by_staff
        )
        waits = [count for count in (*first[-1:], *following[-1:]) if not count.is_over]
        if by_customer and not waits:
            (following if first else first).append(Count())
        if isinstance(entry, Commented) and entry.is_public and entry.by_staff:
            for count in waits:
                count.end(minute)
        if isinstance(entry, StatusChanged) and self.category in ENDED:
            for count in waits:
                count.end()

    def summary(self, metric, now):
        if not self.counts[metric]:
            return State.NONE, None, None, None
        count, target = self.counts[metric][-1], self.target(metric)
        state, due = self.state(count, target), None
        if state is State.RUNNING:
            due = self.due(metric, count, now)
        if state is State.PAUSED:
            due = max(target - count.used, 0)
        return state, due, count.breached, count.met

    def state(self, count, target):
        if count.breached is not None:
            return State.BREACHED
        if count.is_over:
            return State.STOPPED if count.met is None else State.MET
        if target is None:
            return State.NONE
        return State.RUNNING if count.runs else State.PAUSED

    def due(self, metric, count, now):
        used, minute = count.used, now
        for _ in range(FAR):
            if used >= self.target(metric):
                return count.due or minute
            used += self.counts_now(metric, minute)
            minute += MINUTE
        return None
