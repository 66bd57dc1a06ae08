"""What a run consists of: when it counted, and when it did not."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.sla.calendars import Span

from .runs import Run


class IntervalKind(StrEnum):
    """Why time counted, or did not."""

    RUNNING = "running"
    PAUSED = "paused"
    OUTSIDE_HOURS = "outside_hours"


class Interval(NamedTuple):
    """A part of a run, from one instant until another."""

    kind: IntervalKind
    begin: datetime
    end: datetime


def intervals(run: Run, now: datetime) -> list[Interval]:
    """Return every interval of a run, in order and without gaps.

    A run that goes on is shown until it is due, so that what is to come can be seen,
    and until now when it is overdue or has no target.
    """
    spans = list(run.counted)
    if run.running_since is not None:
        spans.append(Span(run.running_since, max(now, run.due_at or now)))
    found: list[Interval] = []
    for span in spans:
        if found and found[-1].end < span.begin:
            found.append(Interval(IntervalKind.PAUSED, found[-1].end, span.begin))
        found.extend(_within(run, span))
    return found


def _within(run: Run, span: Span) -> Iterator[Interval]:
    at = span.begin
    for part in run.terms.time.open_parts(span):
        if at < part.begin:
            yield Interval(IntervalKind.OUTSIDE_HOURS, at, part.begin)
        yield Interval(IntervalKind.RUNNING, *part)
        at = part.end
    if at < span.end:
        yield Interval(IntervalKind.OUTSIDE_HOURS, at, span.end)
