"""Giving out what waits: queue after queue, while there is time, by looking alone."""

from uuid import UUID

import pytest

from functions.assign_waiting_tickets.app import handler
from functions.assign_waiting_tickets.use_case import assign_waiting_tickets
from functions.release_idle_tickets.app import handler as release
from shared.assignment import agent_choices
from tests.events import context
from tests.fakes import FakeAssigner
from tests.fakes.postgrest import serving

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def rest(monkeypatch):
    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_worker")
        yield fake


def test_queues_are_served_in_turns_until_nothing_can_be_given():
    work = FakeAssigner({FIRST: 30, SECOND: 5, THIRD: 0})

    given = assign_waiting_tickets(work, lambda: True)

    assert given == 35
    assert work.turns == [FIRST, SECOND, FIRST, SECOND, FIRST, FIRST]


def test_it_stops_when_time_is_nearly_out():
    work = FakeAssigner({FIRST: 1000})
    left = iter([True, True, False])

    assert assign_waiting_tickets(work, lambda: next(left)) == 20


@pytest.mark.parametrize("event", [{}, {"triggered": True}])
def test_a_trigger_and_the_scheduler_mean_the_same(rest, event):
    rest.answers = [(200, [str(FIRST)]), (200, 3), (200, 0)]

    assert handler(event, context(milliseconds=60_000)) == {"assigned": 3}

    first, second, _ = rest.asked
    assert (first.function, second.function) == (
        "queues_due_for_assignment",
        "assign_waiting_tickets",
    )
    assert first.arguments == {"strategies": list(agent_choices())}
    assert second.arguments == {"queue": str(FIRST), "agent_choices": agent_choices()}
    assert first.headers["apikey"] == "sb_secret_worker"


def test_a_failure_is_for_the_scheduler_to_try_again(rest):
    rest.reports(503, "PGRST000", "no connection")

    with pytest.raises(Exception, match="unavailable"):
        handler({}, context())


def test_what_is_idle_goes_back_batch_by_batch(rest):
    rest.answers = [(200, 100), (200, 4), (200, 0)]

    assert release({}, context(milliseconds=60_000)) == {"released": 104}
    assert [asked.function for asked in rest.asked] == ["release_idle_tickets"] * 3


def test_what_is_idle_waits_for_the_next_time_when_time_is_out(rest):
    rest.answers = [(200, 100)]

    assert release({}, context(milliseconds=12_000)) == {"released": 100}
    assert len(rest.asked) == 1
