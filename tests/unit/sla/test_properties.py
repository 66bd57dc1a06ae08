"""Random logs, calendars and zones: what the engine answers, and what must hold."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.types import StatusCategory, TicketPriority
from shared.sla.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    Span,
    WithinCalendar,
    WorkingHours,
)
from shared.sla.engine import (
    Commented,
    MergedAway,
    Metric,
    Opened,
    Policy,
    PolicyChanged,
    PriorityChanged,
    State,
    StatusChanged,
    timeline,
)

from .oracle import FAR, Oracle

CASES = int(os.environ.get("SLA_CASES", "150"))
MINUTE = timedelta(minutes=1)
# Each with a day on which its clock changes, or on which nothing does.
DAYS = {
    "Europe/Berlin": ("2026-03-28", "2026-10-24", "2026-11-27"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "America/St_Johns": ("2026-03-07", "2026-10-31"),
    "Australia/Lord_Howe": ("2026-10-03", "2026-04-04"),
    "Asia/Kathmandu": ("2026-11-26",),
    "Pacific/Apia": ("2011-12-29",),  # the day after does not exist
    "Pacific/Chatham": ("2026-09-26", "2026-04-04"),
    "Africa/Casablanca": ("2026-02-14", "2026-03-21"),
    "Asia/Tehran": ("2022-03-21", "2022-09-21"),
    "America/Sao_Paulo": ("2018-11-03", "2019-02-16"),
    "UTC": ("2026-12-31",),
    "Antarctica/Troll": ("2026-03-28", "2026-10-24"),  # by two hours
}


@st.composite
def working_hours(draw):
    edges = draw(st.lists(st.integers(0, 96), max_size=6, unique=True))
    edges = sorted(edge * 15 for edge in edges)
    pairs = zip(edges[::2], edges[1::2], strict=False)
    hours = [WorkingHours(*pair) for pair in pairs]
    if len(edges) > 2 and draw(st.booleans()):  # one that touches the first
        hours[1:1] = [WorkingHours(edges[1], edges[2])]
    return tuple(hours)


@st.composite
def calendars(draw, zone, first):
    week = draw(st.fixed_dictionaries({day: working_hours() for day in range(7)}))
    offsets = draw(st.sets(st.integers(0, 4), max_size=2))
    holidays = frozenset(first + timedelta(days=each) for each in offsets)
    return Calendar(zone=zone, week=week, holidays=holidays)


targets = st.dictionaries(
    st.sampled_from(TicketPriority),
    st.integers(1, 2000).map(lambda minutes: minutes * MINUTE),
    max_size=4,
)
policies = st.builds(
    Policy,
    targets=st.fixed_dictionaries(dict.fromkeys(Metric, targets)),
    pauses=st.frozensets(
        st.sampled_from([StatusCategory.PENDING, StatusCategory.ON_HOLD])
    ),
    around_the_clock=st.frozensets(st.sampled_from(Metric)),
)
entries = st.one_of(
    st.builds(
        Commented,
        st.none(),
        by_staff=st.booleans(),
        is_public=st.sampled_from([True, True, False]),
    ),
    st.builds(StatusChanged, st.none(), st.sampled_from(list(StatusCategory)[1:])),
    st.builds(PriorityChanged, st.none(), st.sampled_from(TicketPriority)),
    st.builds(PolicyChanged, st.none(), policies, st.none()),
    st.builds(MergedAway, st.none()),
)


@st.composite
def situations(draw):
    """Return a log, a policy, a calendar and an instant that is asked about."""
    name = draw(st.sampled_from(sorted(DAYS)))
    first = date.fromisoformat(draw(st.sampled_from(DAYS[name])))
    zone = ZoneInfo(name)
    start = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    offsets = sorted(draw(st.lists(st.integers(0, 3000), min_size=2, max_size=12)))
    *times, now = [start + offset * MINUTE for offset in offsets]
    opened = Opened(
        times[0], draw(st.sampled_from(TicketPriority)), by_staff=draw(st.booleans())
    )
    calendar = draw(calendars(zone, first))
    time = WithinCalendar(calendar)
    log = [opened, *(_at(at, draw(entries), time) for at in times[1:])]
    return log, draw(policies), calendar, now


def _at(at, entry, time):
    if isinstance(entry, PolicyChanged):
        return replace(entry, at=at, business_time=time)
    return replace(entry, at=at)


def answers(found):
    return {
        metric: (
            each.state,
            each.due_at if each.remaining is None else each.remaining // MINUTE,
            each.breached_at,
            each.met_at,
        )
        for metric, each in found.items()
    }


@settings(max_examples=CASES)
@given(situations())
def test_the_engine_says_what_a_walk_through_every_minute_says(situation):
    log, policy, calendar, now = situation
    found = answers(timeline(log, policy, WithinCalendar(calendar), now))

    walked = Oracle(log, policy, calendar).run(now)

    horizon = now + FAR * MINUTE
    for metric, (state, due, breached, met) in found.items():
        shown = due if state is not State.RUNNING or (due and due < horizon) else None
        assert (state, shown, breached, met) == walked[metric], metric


@given(situations(), st.integers(1, 3000))
def test_as_time_goes_by_nothing_is_taken_back(situation, later):
    log, policy, calendar, now = situation
    time = WithinCalendar(calendar)
    log = [entry for entry in log if entry.at <= now]

    before = timeline(log, policy, time, now)
    after = timeline(log, policy, time, now + later * MINUTE)

    for metric, was in before.items():
        then = after[metric]
        if was.state is State.RUNNING:
            assert then.state in (State.RUNNING, State.BREACHED)
            assert was.due_at in (then.due_at, then.breached_at)
        else:
            assert (then.state, then.met_at, then.breached_at, then.remaining) == (
                was.state, was.met_at, was.breached_at, was.remaining,
            )  # fmt: skip


@given(situations(), st.integers(1, 59_999_999))
def test_seconds_count_like_minutes(situation, microseconds):
    log, policy, _, now = situation
    shift = timedelta(microseconds=microseconds)
    log = [_at(entry.at, entry, AROUND_THE_CLOCK) for entry in log]
    moved = [replace(entry, at=entry.at + shift) for entry in log]

    before = timeline(log, policy, AROUND_THE_CLOCK, now)
    after = timeline(moved, policy, AROUND_THE_CLOCK, now + shift)

    for metric, was in before.items():
        then = after[metric]
        assert then.state is was.state
        assert then.remaining == was.remaining
        for name in ("due_at", "breached_at", "met_at"):
            at = getattr(was, name)
            assert getattr(then, name) == (at and at + shift)


@given(situations(), st.integers(0, 10_000), st.integers(0, 3000))
def test_what_is_added_has_elapsed(situation, offset, amount):
    _, _, calendar, now = situation
    time, start = WithinCalendar(calendar), now + offset * timedelta(seconds=7)
    amount = amount * MINUTE

    end = time.add(start, amount)

    if end is None:
        parts = time.open_parts(Span(start, start + timedelta(days=400)))
        assert sum((part.end - part.begin for part in parts), timedelta()) < amount
    else:
        assert time.elapsed(Span(start, end)) == amount
        assert amount == timedelta() or time.elapsed(
            Span(start, end - timedelta(microseconds=1))
        ) == amount - timedelta(microseconds=1)


def test_a_calendar_without_working_hours_never_ends():
    time = WithinCalendar(Calendar(zone=ZoneInfo("Europe/Berlin"), week={}))

    assert time.add(datetime(2026, 11, 27, tzinfo=UTC), MINUTE) is None
