"""Whose move it is, and since when."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def yesterday(desk):
    """Lets a ticket wait since yesterday, whoever is waited for."""

    def yesterday(ticket):
        desk.run("alter table public.tickets disable trigger user")
        desk.run(
            "update public.tickets set waiting_since = now() - interval '1 day'"
            " where id = %s",
            ticket["id"],
        )
        desk.run("alter table public.tickets enable trigger user")
        return desk.now(ticket)

    return yesterday


def waits(ticket):
    return ticket["waiting_on"], ticket["waiting_since"]


def test_a_reply_gives_the_move_to_the_other_side(desk, yesterday):
    ticket = yesterday(desk.ticket_in("open"))

    desk.say("agent", ticket)
    after_agent = yesterday(ticket)
    desk.say("customer", ticket)
    after_customer = desk.now(ticket)

    assert after_agent["waiting_on"] == "customer"
    assert after_customer["waiting_on"] == "agent"
    assert after_customer["waiting_since"] > after_agent["waiting_since"]


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_a_second_reply_in_a_row_does_not_begin_the_wait_anew(desk, yesterday, who):
    ticket = desk.ticket_in("open")
    desk.say(who, ticket)
    before = yesterday(ticket)

    desk.say(who, ticket)

    assert waits(desk.now(ticket)) == waits(before)


@pytest.mark.parametrize("category", ["open", "pending", "on_hold", "solved"])
def test_a_note_moves_nothing(desk, yesterday, category):
    before = yesterday(desk.ticket_in(category))

    desk.note(before)

    assert waits(desk.now(before)) == waits(before)


def test_staff_who_ask_are_customers_of_their_own_ticket(desk, yesterday):
    ticket = desk.ticket("agent")
    desk.assign(ticket, "neighbour")
    desk.move(ticket, "open")
    desk.say("neighbour", ticket)
    before = yesterday(ticket)

    desk.say("agent", ticket)

    assert before["waiting_on"] == "customer"
    assert desk.now(ticket)["waiting_on"] == "agent"
    assert desk.now(ticket)["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_a_customers_reply_reopens_and_waits_from_then(desk, yesterday, category):
    before = yesterday(desk.ticket_in(category))

    desk.say("customer", before)

    after = desk.now(before)
    assert (after["status_category"], after["waiting_on"]) == ("open", "agent")
    assert after["waiting_since"] > before["waiting_since"]


@pytest.mark.parametrize("category", ["pending", "on_hold", "solved"])
def test_a_reply_of_staff_leaves_what_is_not_open_as_it_waits(
    desk, yesterday, category
):
    before = yesterday(desk.ticket_in(category))

    desk.say("agent", before)

    assert waits(desk.now(before)) == waits(before)


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
def test_a_category_says_whose_move_it_is(desk, category, party):
    assert desk.ticket_in(category)["waiting_on"] == party


def test_a_move_that_keeps_the_party_keeps_the_wait(desk, yesterday):
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    before = yesterday(ticket)

    after = desk.move(ticket, "open")

    assert waits(after) == waits(before)
