"""Tickets that wait for somebody who does not come back to them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .cast import id_of
from .desk import WORKER
from .shifts import holder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def limit(desk):
    """Queue support lets a ticket wait for an hour."""
    changes = {"released_after_minutes": 60}
    desk.call("admin", "change_queue", queue="support", changes=changes)


def pass_time(desk, minutes):
    """Let everything that has happened be so much longer ago."""
    for trigger, table, columns in (
        ("apply_ticket_rules", "tickets", ("waiting_since", "assigned_at")),
        ("refuse_update", "ticket_events", ("occurred_at",)),
    ):
        desk.run(f"alter table public.{table} disable trigger {trigger}")
        for column in columns:
            desk.run(
                f"update public.{table}"  # noqa: S608
                f" set {column} = {column} - make_interval(mins => %s)",
                minutes,
            )
        desk.run(f"alter table public.{table} enable trigger {trigger}")


def release(desk, **given):
    return desk.call(WORKER, "release_idle_tickets", **given)


@pytest.mark.parametrize("category", ["new", "open"])
def test_what_waits_too_long_for_its_owner_goes_back(desk, category):
    ticket = desk.ticket_in(category)
    desk.assign(ticket, "agent")
    pass_time(desk, 61)

    assert release(desk) == 1

    assert holder(desk, ticket) is None
    event = desk.events(ticket)[-1]
    assert (event["type"], event["actor_id"]) == ("TICKET_ASSIGNED", None)
    assert event["before"] == {"assignee_id": str(id_of("agent"))}
    assert release(desk) == 0


def test_what_waits_less_long_stays(desk):
    ticket = desk.ticket_in("open")
    pass_time(desk, 59)

    assert (release(desk), holder(desk, ticket)) == (0, "agent")


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_what_waits_for_others_stays(desk, category):
    ticket = desk.ticket_in(category)
    pass_time(desk, 600)

    assert (release(desk), holder(desk, ticket)) == (0, "agent")


def test_what_waits_for_the_customer_after_an_answer_stays(desk):
    ticket = desk.ticket_in("open")
    desk.say("agent", ticket, "Which one?")
    pass_time(desk, 600)

    assert (release(desk), holder(desk, ticket)) == (0, "agent")
    desk.say("customer", ticket, "The red one.")
    pass_time(desk, 61)
    assert release(desk) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda desk, ticket: desk.note(ticket),
        lambda desk, ticket: desk.move(ticket, "open", "agent"),
        lambda desk, ticket: desk.assign(ticket, "neighbour"),
    ],
    ids=["a note", "a step", "another owner"],
)
def test_whatever_the_owner_does_begins_the_time_anew(desk, act):
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    pass_time(desk, 61)
    act(desk, ticket)

    assert release(desk) == 0
    pass_time(desk, 61)
    assert release(desk) == 1


def test_what_others_do_does_not(desk):
    ticket = desk.ticket_in("open")
    pass_time(desk, 61)
    desk.note(ticket, "neighbour")

    assert release(desk) == 1


def test_a_queue_without_a_limit_lets_tickets_wait(desk):
    changes = {"released_after_minutes": None}
    desk.call("lead", "change_queue", queue="support", changes=changes)
    desk.ticket_in("open")
    pass_time(desk, 60_000)

    assert release(desk) == 0


def test_many_go_back_in_batches(desk):
    for _ in range(5):
        desk.ticket_in("open")
    pass_time(desk, 61)

    assert [release(desk, max_items=2) for _ in range(4)] == [2, 2, 1, 0]
    assert desk.one("select load from public.agents where person_id = %s",
                    id_of("agent")) == 0  # fmt: skip


def test_what_its_owner_works_on_at_this_moment_stays(office):
    desk, clock, watch = office(), office(), office()
    changes = {"released_after_minutes": 60}
    desk.call("admin", "change_queue", queue="support", changes=changes)
    ticket = desk.ticket_in("open")
    pass_time(desk, 61)

    with ThreadPoolExecutor(1) as pool:
        with desk.connection.transaction():
            desk.note(ticket)
            late = pool.submit(release, clock)
            watch.wait_for_waiting(1)
        assert late.result(30) == 0

    assert holder(watch, ticket) == "agent"
