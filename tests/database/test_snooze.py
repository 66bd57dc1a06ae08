"""Snoozed tickets: out of the way until a time, or a reply of their customer."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.moving_time import pass_time

from .acting import WORKER, refused
from .assigning import AGENT_CHOICES, make_available, set_strategy
from .notifying import notified, process_events

FOREVER = "9999-12-31T00:00:00Z"


def later(**span):
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def snooze(db, ticket, until=None, who="agent", **options):
    until = until or later(hours=1)
    return db.call(who, "snooze_ticket", ticket=ticket["id"], until=until, **options)


def wake(db, **options):
    return db.call(WORKER, "run_automations", **options)


def types(db, ticket, who="agent"):
    events = db.items(who, "list_ticket_events", ticket=ticket["id"])
    return [each["type"] for each in events if "SNOOZED" in each["type"]]


def listed(db, **filters):
    return [each["id"] for each in db.list_queue(**filters)["items"]]


def test_a_snoozed_ticket_leaves_the_default_list_until_it_wakes(db):
    ticket, other = db.create_ticket(), db.create_ticket()

    snoozed = snooze(db, ticket)

    assert snoozed["snoozed_until"] is not None
    assert listed(db) == [other["id"]]
    assert listed(db, snoozed=True) == [ticket["id"]]
    assert listed(db, snoozed=False) == [other["id"]]
    assert set(listed(db, statuses=["new"])) == {ticket["id"], other["id"]}
    assert wake(db) == 0

    pass_time(db.connection, minutes=61)
    assert wake(db) == 1

    assert set(listed(db)) == {ticket["id"], other["id"]}
    assert wake(db) == 0
    assert types(db, ticket) == ["TICKET_SNOOZED", "TICKET_UNSNOOZED"]


def test_snoozing_the_same_again_changes_nothing_and_another_time_does(db):
    ticket = db.create_ticket()
    until = later(hours=1)

    first, second = snooze(db, ticket, until), snooze(db, ticket, until)
    third = snooze(db, ticket, FOREVER, expected_version=second["version"])

    assert first == second
    assert third["snoozed_until"] == "9999-12-31T00:00:00+00:00"
    assert types(db, ticket) == ["TICKET_SNOOZED"] * 2
    stale = refused("PT412", "stale")
    with stale:
        snooze(db, ticket, later(hours=3), expected_version=first["version"])


def test_ending_it_twice_ends_it_once(db):
    ticket = db.create_ticket()
    snooze(db, ticket)

    for _ in range(2):
        woken = db.call("agent", "unsnooze_ticket", ticket=ticket["id"])

    assert woken["snoozed_until"] is None
    assert types(db, ticket) == ["TICKET_SNOOZED", "TICKET_UNSNOOZED"]


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
@pytest.mark.parametrize(
    ("act", "ends"),
    [
        (lambda db, t: db.comment("customer", t), True),
        (lambda db, t: db.comment("agent", t), False),
        (lambda db, t: db.note(t), False),
        (lambda db, t: db.assign(t, "neighbour"), False),
    ],
    ids=["customer", "reply", "note", "assigned"],
)
def test_a_reply_of_a_customer_alone_ends_it(db, category, act, ends):
    ticket = db.create_ticket_in(category)
    snooze(db, ticket, FOREVER)

    act(db, ticket)

    assert (db.reload(ticket)["snoozed_until"] is None) == ends


def test_what_is_solved_is_not_snoozed(db):
    ticket = db.create_ticket_in("open")
    snooze(db, ticket, FOREVER)

    assert db.set_status(ticket, "solved")["snoozed_until"] is None

    assert types(db, ticket) == ["TICKET_SNOOZED", "TICKET_UNSNOOZED"]
    with refused("PT409", "ticket-solved"):
        snooze(db, ticket, FOREVER)


@pytest.mark.parametrize("until", ["2001-01-01T00:00:00Z", "infinity", "now"])
def test_the_time_is_in_the_future(db, until):
    with refused("PT422", "invalid"):
        snooze(db, db.create_ticket(), until)


def test_customers_learn_nothing_of_it(db):
    ticket = db.create_ticket_in("open")
    before = db.call("customer", "get_ticket", ticket=ticket["id"])
    events = db.items("customer", "list_ticket_events", ticket=ticket["id"])

    snooze(db, ticket)
    pass_time(db.connection, minutes=61)
    wake(db)
    snooze(db, ticket, FOREVER)

    assert db.call("customer", "get_ticket", ticket=ticket["id"]) == before
    assert before.get("snoozed_until") is None
    assert db.items("customer", "list_ticket_events", ticket=ticket["id"]) == events


def test_the_assignee_hears_that_it_is_back(db):
    ticket = db.create_ticket_in("open")
    snooze(db, ticket, who="lead")
    process_events(db)
    pass_time(db.connection, minutes=61)

    wake(db)
    process_events(db)

    assert notified(db, "agent")[-1] == "TICKET_UNSNOOZED"
    assert "TICKET_UNSNOOZED" not in notified(db, "customer")


def test_snoozed_tickets_are_given_to_nobody(db):
    make_available(db, "agent")
    ticket = db.create_ticket(priority="urgent")
    snooze(db, ticket)

    assert db.rows("agent", "claim_next_ticket") == []
    set_strategy(db, "round_robin")
    due = db.rows(WORKER, "queues_due_for_assignment", strategies=["round_robin"])
    assert due == []
    process_events(db)
    assert db.reload(ticket)["assignee_id"] is None

    pass_time(db.connection, minutes=61)
    wake(db)

    [queue] = db.rows(WORKER, "queues_due_for_assignment", strategies=["round_robin"])
    choices = AGENT_CHOICES
    assert db.call(
        WORKER, "assign_waiting_tickets", queue=queue, agent_choices=choices
    ) == 1  # fmt: skip


def test_tickets_wake_in_batches_the_earliest_first(db):
    tickets = [db.create_ticket() for _ in range(3)]
    for hours, ticket in enumerate(tickets, 1):
        snooze(db, ticket, later(hours=hours))
    pass_time(db.connection, hours=4)

    assert wake(db, max_items=2) == 2
    asleep = [db.reload(each)["snoozed_until"] is not None for each in tickets]

    assert asleep == [False, False, True]
    assert wake(db, max_items=2) == 1
