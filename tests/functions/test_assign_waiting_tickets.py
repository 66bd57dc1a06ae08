"""Assigning waiting tickets, and releasing idle ones, while there is time."""

from collections import Counter

import pytest

from functions.assign_waiting_tickets.app import handler as assign
from functions.release_idle_tickets.app import handler as release
from shared.assignment import agent_choices
from shared.core.errors import Unavailable
from tests.events import context
from tests.fakes import OUTAGE, in_turn

FIRST, SECOND, THIRD = (f"00000000-0000-0000-0000-00000000000{n}" for n in "123")


def waiting(rest, tickets):
    """Let tickets wait in queues; ten are assigned a call."""
    left = Counter(tickets)

    def assign_waiting(arguments):
        queue = arguments["queue"]
        batch = min(10, left[queue])
        left[queue] -= batch
        return batch

    rest.results |= {
        "queues_due_for_assignment": list(tickets),
        "assign_waiting_tickets": assign_waiting,
    }


def test_queues_take_turns_until_nothing_can_be_assigned(rest):
    waiting(rest, {FIRST: 30, SECOND: 5, THIRD: 0})

    assert assign({}, context(60_000)) == {"assigned": 35}

    turns = [each["queue"] for each in rest.arguments("assign_waiting_tickets")]
    assert turns == [FIRST, SECOND, THIRD, FIRST, SECOND, FIRST, FIRST]


def test_it_stops_when_time_is_nearly_out(rest):
    waiting(rest, {FIRST: 1000})

    assert assign({}, context(60_000, 12_001, 12_000)) == {"assigned": 20}


@pytest.mark.parametrize("event", [{}, {"triggered": True}])
def test_it_assigns_the_same_when_triggered_or_scheduled(rest, event):
    waiting(rest, {FIRST: 3})

    assert assign(event, context(60_000)) == {"assigned": 3}

    find, first, _ = rest.calls
    assert find.arguments == {"strategies": list(agent_choices())}
    assert first.arguments == {"queue": FIRST, "agent_choices": agent_choices()}
    assert first.headers["apikey"] == "sb_secret_worker"


@pytest.mark.parametrize("handler", [assign, release])
def test_an_outage_is_raised_for_the_scheduler_to_retry(rest, handler):
    rest.results |= dict.fromkeys(
        ["queues_due_for_assignment", "release_idle_tickets"], OUTAGE
    )

    with pytest.raises(Unavailable):
        handler({}, context())


def test_idle_tickets_are_released_batch_by_batch(rest):
    rest.results["release_idle_tickets"] = in_turn(100, 4, 0)

    assert release({}, context(60_000)) == {"released": 104}
    assert rest.functions == ["release_idle_tickets"] * 3


def test_idle_tickets_wait_for_the_next_run_when_time_is_out(rest):
    rest.results["release_idle_tickets"] = 100

    assert release({}, context(12_000)) == {"released": 100}
    assert rest.functions == ["release_idle_tickets"]
