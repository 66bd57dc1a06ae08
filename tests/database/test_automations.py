"""Customers of pending tickets are reminded, and tickets solved after their silence."""

import pytest

from tests.moving_time import pass_time

from .acting import WORKER
from .arrange import define_field
from .notifying import claim_emails, make_emails_due, notified, process_events


def allow(db, queue="support", **hours):
    changes = {f"{name}_after_hours": value for name, value in hours.items()}
    return db.call("admin", "change_queue", queue=queue, changes=changes)


def run(db, **options):
    return db.call(WORKER, "run_automations", **options)


def reminders(db, ticket, who="customer"):
    events = db.items(who, "list_ticket_events", ticket=ticket["id"])
    return sum(each["type"] == "TICKET_REMINDED" for each in events)


def test_queues_do_neither_unless_they_say_so(db):
    ticket = db.create_ticket_in("pending")
    pass_time(db.connection, days=3000)

    assert (run(db), db.reload(ticket)["status"]) == (0, "pending")


def test_a_customer_is_reminded_once_a_silence(db):
    allow(db, remind=48)
    ticket = db.create_ticket_in("pending")
    pass_time(db.connection, hours=47)
    assert run(db) == 0
    pass_time(db.connection, hours=1)

    assert [run(db) for _ in range(3)] == [1, 0, 0]

    assert reminders(db, ticket) == 1
    pass_time(db.connection, days=30)
    assert run(db) == 0
    db.comment("agent", ticket, "Are you there?")  # from here they are silent again
    pass_time(db.connection, hours=48)
    assert (run(db), reminders(db, ticket)) == (1, 2)
    db.comment("customer", ticket, "Yes.")
    db.set_status(ticket, "pending")
    pass_time(db.connection, hours=48)
    assert (run(db), reminders(db, ticket)) == (1, 3)


def test_the_customer_alone_is_notified_and_mailed(db):
    allow(db, remind=1)
    ticket = db.create_ticket_in("pending")
    process_events(db, notify=False)
    pass_time(db.connection, hours=1)

    run(db)
    process_events(db)
    make_emails_due(db)

    assert notified(db, "customer") == ["TICKET_REMINDED"]
    assert "TICKET_REMINDED" not in notified(db, "agent")
    [email] = claim_emails(db)
    assert [each["event"]["type"] for each in email["happened"]] == ["TICKET_REMINDED"]
    assert reminders(db, ticket) == 1


@pytest.mark.parametrize("category", ["new", "open", "on_hold", "solved"])
def test_nothing_happens_to_tickets_that_are_not_pending(db, category):
    allow(db, remind=1, close=2)
    ticket = db.create_ticket_in(category)
    pass_time(db.connection, hours=3)

    assert (run(db), db.reload(ticket)["status"]) == (0, category)


def test_a_ticket_is_solved_after_the_silence_that_its_queue_allows(db):
    define_field(db, "cause", required_to_solve=True)
    allow(db, close=72)
    ticket = db.create_ticket_in("pending")
    pass_time(db.connection, hours=71)
    assert run(db) == 0
    pass_time(db.connection, hours=1)

    assert [run(db), run(db)] == [1, 0]

    solved = db.reload(ticket)
    assert (solved["status"], solved["status_reason"]) == ("solved", "No reply")
    assert db.events(ticket)[-1]["actor_id"] is None
    db.comment("customer", ticket, "Here I am.")
    assert db.reload(ticket)["status"] == "open"


def test_who_was_reminded_late_has_the_time_to_reply_all_the_same(db):
    allow(db, remind=24, close=72)
    ticket = db.create_ticket_in("pending")
    pass_time(db.connection, days=30)  # in which the scheduler did not run

    assert (run(db), reminders(db, ticket)) == (1, 1)
    assert db.reload(ticket)["status"] == "pending"
    pass_time(db.connection, hours=47)
    assert run(db) == 0
    pass_time(db.connection, hours=1)
    assert (run(db), db.reload(ticket)["status"]) == (1, "solved")


def test_a_ticket_that_nobody_works_is_not_solved(db):
    allow(db, close=1)
    ticket = db.create_ticket_in("pending")
    db.release(ticket)
    pass_time(db.connection, hours=1)

    assert (run(db), db.reload(ticket)["status"]) == (0, "pending")
    db.assign(ticket, "agent")
    assert (run(db), db.reload(ticket)["status"]) == (1, "solved")


def test_silences_end_in_batches_the_longest_first(db):
    allow(db, close=1)
    tickets = []
    for _ in range(3):
        tickets.append(db.create_ticket_in("pending"))
        pass_time(db.connection, minutes=1)
    pass_time(db.connection, hours=1)

    assert run(db, max_items=2) == 2
    assert [db.reload(each)["status"] for each in tickets] == [
        "solved",
        "solved",
        "pending",
    ]
