"""Idle tickets: released when their assignee does nothing for too long."""

import pytest

from .acting import WORKER
from .arrange import age_tickets
from .assigning import assignee
from .personas import id_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def limit(db):
    """Queue support lets a ticket wait for an hour."""
    changes = {"released_after_minutes": 60}
    db.call("admin", "change_queue", queue="support", changes=changes)


def release(db, **options):
    return db.call(WORKER, "release_idle_tickets", **options)


@pytest.mark.parametrize("category", ["new", "open"])
def test_idle_tickets_are_released_after_the_limit(db, category):
    ticket = db.create_ticket_in(category)
    db.assign(ticket, "agent")
    age_tickets(db, 61)

    assert release(db) == 1

    assert assignee(db, ticket) is None
    event = db.events(ticket)[-1]
    assert (event["type"], event["actor_id"]) == ("TICKET_ASSIGNED", None)
    assert event["before"]["assignee_id"] == str(id_of("agent"))
    assert release(db) == 0


def test_tickets_within_the_limit_stay_assigned(db):
    ticket = db.create_ticket_in("open")
    age_tickets(db, 59)

    assert (release(db), assignee(db, ticket)) == (0, "agent")


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_tickets_that_wait_for_others_stay_assigned(db, category):
    ticket = db.create_ticket_in(category)
    age_tickets(db, 600)

    assert (release(db), assignee(db, ticket)) == (0, "agent")


def test_tickets_that_wait_for_the_customer_stay_assigned(db):
    ticket = db.create_ticket_in("open")
    db.comment("agent", ticket, "Which one?")
    age_tickets(db, 600)

    assert (release(db), assignee(db, ticket)) == (0, "agent")
    db.comment("customer", ticket, "The red one.")
    age_tickets(db, 61)
    assert release(db) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda db, ticket: db.note(ticket),
        lambda db, ticket: db.set_status(ticket, "open_again", "agent"),
        lambda db, ticket: db.assign(ticket, "neighbour"),
    ],
    ids=["a note", "a step", "another owner"],
)
def test_any_action_of_the_assignee_restarts_the_idle_time(db, act):
    db.execute(
        "insert into public.ticket_statuses values"
        " ('open_again', 'open', 'Open again', 'In progress', 10)"
    )
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    age_tickets(db, 61)
    act(db, ticket)

    assert release(db) == 0
    age_tickets(db, 61)
    assert release(db) == 1


def test_actions_of_others_do_not_restart_the_idle_time(db):
    ticket = db.create_ticket_in("open")
    age_tickets(db, 61)
    db.note(ticket, "neighbour")

    assert release(db) == 1


def test_a_queue_without_a_limit_lets_tickets_wait(db):
    changes = {"released_after_minutes": None}
    db.call("lead", "change_queue", queue="support", changes=changes)
    db.create_ticket_in("open")
    age_tickets(db, 60_000)

    assert release(db) == 0


def test_idle_tickets_are_released_in_batches(db):
    for _ in range(5):
        db.create_ticket_in("open")
    age_tickets(db, 61)

    assert [release(db, max_items=2) for _ in range(4)] == [2, 2, 1, 0]
    assert db.scalar("select load from public.agents where person_id = %s",
                     id_of("agent")) == 0  # fmt: skip


def test_tickets_with_a_concurrent_action_stay_assigned(connect):
    db, scheduler, watch = connect(), connect(), connect()
    changes = {"released_after_minutes": 60}
    db.call("admin", "change_queue", queue="support", changes=changes)
    ticket = db.create_ticket_in("open")
    age_tickets(db, 61)

    with db.blocking(release, scheduler) as late:
        db.note(ticket)
    assert late.result(30) == 0

    assert assignee(watch, ticket) == "agent"
