"""Whom a ticket waits for, and since when."""

import pytest

from .arrange import set_waiting

pytestmark = pytest.mark.slow


def since_yesterday(db, ticket):
    """Let a ticket have waited since yesterday; return it."""
    set_waiting(db, "1 day", ticket)
    return db.reload(ticket)


def wait(ticket):
    return ticket["waiting_on"], ticket["waiting_since"]


def test_replies_set_waiting_on_to_the_other_side(db):
    ticket = since_yesterday(db, db.create_ticket_in("open"))

    db.comment("agent", ticket)
    after_agent = since_yesterday(db, ticket)
    db.comment("customer", ticket)
    after_customer = db.reload(ticket)

    assert after_agent["waiting_on"] == "customer"
    assert after_customer["waiting_on"] == "agent"
    assert after_customer["waiting_since"] > after_agent["waiting_since"]


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_second_replies_keep_waiting_since(db, who):
    ticket = db.create_ticket_in("open")
    db.comment(who, ticket)
    before = since_yesterday(db, ticket)

    db.comment(who, ticket)

    assert wait(db.reload(ticket)) == wait(before)


@pytest.mark.parametrize("category", ["open", "pending", "on_hold", "solved"])
def test_notes_change_no_wait(db, category):
    before = since_yesterday(db, db.create_ticket_in(category))

    db.note(before)

    assert wait(db.reload(before)) == wait(before)


def test_staff_are_customers_of_their_own_tickets(db):
    ticket = db.create_ticket("agent")
    db.assign(ticket, "neighbour")
    db.set_status(ticket, "open")
    db.comment("neighbour", ticket)
    before = since_yesterday(db, ticket)

    db.comment("agent", ticket)

    assert before["waiting_on"] == "customer"
    assert db.reload(ticket)["waiting_on"] == "agent"
    assert db.reload(ticket)["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_customer_replies_restart_the_wait(db, category):
    before = since_yesterday(db, db.create_ticket_in(category))

    db.comment("customer", before)

    after = db.reload(before)
    assert (after["status_category"], after["waiting_on"]) == ("open", "agent")
    assert after["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_staff_replies_keep_the_wait_of_tickets_that_are_not_open(db, category):
    before = since_yesterday(db, db.create_ticket_in(category))

    db.comment("agent", before)

    assert wait(db.reload(before)) == wait(before)


def test_transitions_that_keep_the_party_keep_the_wait(db):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    before = since_yesterday(db, ticket)

    after = db.set_status(ticket, "open")

    assert wait(after) == wait(before)
