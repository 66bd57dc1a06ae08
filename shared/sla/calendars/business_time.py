"""How working time is counted between two instants, and added to one."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, Protocol

from typing_extensions import override

from .calendars import Calendar

LONGEST = timedelta(days=500)
"""How far ahead working time is looked for; what takes longer is never due."""


class Span(NamedTuple):
    """The time from one instant until another, which does not belong to it."""

    begin: datetime
    end: datetime


class BusinessTime(Protocol):
    """Extension point: a way to count time; all instants are aware and in any zone."""

    def elapsed(self, span: Span) -> timedelta:
        """Return how much of a span counts."""
        ...

    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        """Return the first instant by which `amount` has counted since `start`.

        None where that is further ahead than `LONGEST`.
        """
        ...

    def open_parts(self, span: Span) -> list[Span]:
        """Return the parts of a span that count, in order."""
        ...


class AroundTheClock(BusinessTime):
    """All time counts."""

    @override
    def elapsed(self, span: Span) -> timedelta:
        return max(span.end - span.begin, timedelta())

    @override
    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        # In UTC: in a zone Python adds to the wall clock.
        return start.astimezone(UTC) + amount

    @override
    def open_parts(self, span: Span) -> list[Span]:
        return [span] if span.begin < span.end else []


AROUND_THE_CLOCK = AroundTheClock()


class WithinCalendar(BusinessTime):
    """Real time counts while the calendar's wall clock stands in its working hours.

    So an hour that a clock change leaves out does not count, and one that comes twice
    counts twice.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._year = lru_cache(maxsize=8)(self._open_year)

    @override
    def elapsed(self, span: Span) -> timedelta:
        return sum((end - begin for begin, end in self.open_parts(span)), timedelta())

    @override
    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        start = start.astimezone(UTC)
        if amount <= timedelta():
            return start
        for year in range(start.year, (start + LONGEST).year + 1):
            open_year = self._year(year)
            reached = open_year.counted_until(start) + amount
            if reached <= open_year.total:
                return open_year.instant_at(reached)
            amount -= open_year.total - open_year.counted_until(start)
        return None

    @override
    def open_parts(self, span: Span) -> list[Span]:
        begin, end = (each.astimezone(UTC) for each in span)
        return [
            Span(max(part.begin, begin), min(part.end, end))
            for year in range(begin.year, end.year + 1)
            for part in self._year(year).between(begin, end)
        ]

    def _open_year(self, year: int) -> "_OpenYear":
        return _OpenYear(list(_open_spans(self._calendar, year)))


class _OpenYear:
    """The open spans of a year in UTC, with the time counted before each of them."""

    def __init__(self, spans: list[Span]) -> None:
        self._spans = spans
        self._begins = [span.begin for span in spans]
        lengths = (span.end - span.begin for span in spans)
        self._before = list(accumulate(lengths, initial=timedelta()))
        self.total = self._before[-1]

    def counted_until(self, instant: datetime) -> timedelta:
        index = bisect_right(self._begins, instant) - 1
        if index < 0:
            return timedelta()
        within = min(instant, self._spans[index].end) - self._spans[index].begin
        return self._before[index] + within

    def instant_at(self, counted: timedelta) -> datetime:
        index = max(bisect_right(self._before, counted) - 1, 0)
        # What is reached at the end of a span is due there, not at the next opening.
        if self._before[index] == counted:
            index -= 1
        return self._spans[index].begin + (counted - self._before[index])

    def between(self, begin: datetime, end: datetime) -> list[Span]:
        first = max(bisect_right(self._begins, begin) - 1, 0)
        spans = self._spans[first : bisect_right(self._begins, end)]
        return [span for span in spans if span.end > begin and span.begin < end]


def _open_spans(calendar: Calendar, year: int) -> Iterator[Span]:
    """Yield when a calendar is open in a year of UTC."""
    for offset, span in _constant_offsets(calendar, year):
        # On the wall clock, which has no zone, and moves with real time while its
        # offset from UTC is the same.
        begin, end = (each.replace(tzinfo=None) + offset for each in span)
        day = begin.date()
        while day <= end.date():
            midnight = datetime.combine(day, datetime.min.time())
            for hours in calendar.hours_of(day):
                opens = max(midnight + timedelta(minutes=hours.begin), begin)
                closes = min(midnight + timedelta(minutes=hours.end), end)
                if opens < closes:
                    yield Span(
                        (opens - offset).replace(tzinfo=UTC),
                        (closes - offset).replace(tzinfo=UTC),
                    )
            day += timedelta(days=1)


def _constant_offsets(
    calendar: Calendar, year: int
) -> Iterator[tuple[timedelta, Span]]:
    """Yield the spans of a year of UTC during which the zone keeps its offset."""
    last = datetime(year + 1, 1, 1, tzinfo=UTC)
    begin = at = datetime(year, 1, 1, tzinfo=UTC)
    while at < last:
        after = min(at + timedelta(days=1), last)
        if _offset(calendar, after) != _offset(calendar, at):
            change = _change(calendar, at, after)
            yield _offset(calendar, begin), Span(begin, change)
            begin = change
        at = after
    if begin < last:
        yield _offset(calendar, begin), Span(begin, last)


def _change(calendar: Calendar, low: datetime, high: datetime) -> datetime:
    """Return the second at which the offset changes between two instants."""
    before = _offset(calendar, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(calendar, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(calendar: Calendar, instant: datetime) -> timedelta:
    return instant.astimezone(calendar.zone).utcoffset() or timedelta()
