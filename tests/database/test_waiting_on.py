"""Whose move it is, and since when."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def yesterday(db):
    """Lets a ticket wait since yesterday, whoever is waited for."""

    def yesterday(ticket):
        db.execute("alter table public.tickets disable trigger user")
        db.execute(
            "update public.tickets set waiting_since = now() - interval '1 day'"
            " where id = %s",
            ticket["id"],
        )
        db.execute("alter table public.tickets enable trigger user")
        return db.reload(ticket)

    return yesterday


def wait(ticket):
    return ticket["waiting_on"], ticket["waiting_since"]


def test_a_reply_gives_the_move_to_the_other_side(db, yesterday):
    ticket = yesterday(db.create_ticket_in("open"))

    db.comment("agent", ticket)
    after_agent = yesterday(ticket)
    db.comment("customer", ticket)
    after_customer = db.reload(ticket)

    assert after_agent["waiting_on"] == "customer"
    assert after_customer["waiting_on"] == "agent"
    assert after_customer["waiting_since"] > after_agent["waiting_since"]


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_a_second_reply_in_a_row_does_not_begin_the_wait_anew(db, yesterday, who):
    ticket = db.create_ticket_in("open")
    db.comment(who, ticket)
    before = yesterday(ticket)

    db.comment(who, ticket)

    assert wait(db.reload(ticket)) == wait(before)


@pytest.mark.parametrize("category", ["open", "pending", "on_hold", "solved"])
def test_a_note_moves_nothing(db, yesterday, category):
    before = yesterday(db.create_ticket_in(category))

    db.note(before)

    assert wait(db.reload(before)) == wait(before)


def test_staff_who_ask_are_customers_of_their_own_ticket(db, yesterday):
    ticket = db.create_ticket("agent")
    db.assign(ticket, "neighbour")
    db.set_status(ticket, "open")
    db.comment("neighbour", ticket)
    before = yesterday(ticket)

    db.comment("agent", ticket)

    assert before["waiting_on"] == "customer"
    assert db.reload(ticket)["waiting_on"] == "agent"
    assert db.reload(ticket)["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_a_customers_reply_reopens_and_waits_from_then(db, yesterday, category):
    before = yesterday(db.create_ticket_in(category))

    db.comment("customer", before)

    after = db.reload(before)
    assert (after["status_category"], after["waiting_on"]) == ("open", "agent")
    assert after["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_a_reply_of_staff_leaves_what_is_not_open_as_it_waits(db, yesterday, category):
    before = yesterday(db.create_ticket_in(category))

    db.comment("agent", before)

    assert wait(db.reload(before)) == wait(before)


@pytest.mark.parametrize(
    ("category", "party"),
    [
        ("new", "agent"),
        ("open", "agent"),
        ("pending", "customer"),
        ("on_hold", "third_party"),
        ("solved", "nobody"),
        ("closed", "nobody"),
    ],
)
def test_a_category_says_whose_move_it_is(db, category, party):
    assert db.create_ticket_in(category)["waiting_on"] == party


def test_a_move_that_keeps_the_party_keeps_the_wait(db, yesterday):
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    before = yesterday(ticket)

    after = db.set_status(ticket, "open")

    assert wait(after) == wait(before)
