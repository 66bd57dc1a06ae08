"""Taking, handing on, putting back and giving tickets."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .cast import grant, id_of
from .desk import refused

pytestmark = pytest.mark.slow


def give(desk, who, ticket, person):
    assignee = person if person == "me" else str(id_of(person))
    return desk.call(who, "assign_ticket", ticket=ticket["id"], assignee=assignee)


def release(desk, who, ticket):
    return desk.call(who, "release_ticket", ticket=ticket["id"])


def holder(desk, ticket):
    return desk.now(ticket)["assignee_id"]


def test_a_free_ticket_is_taken(desk):
    ticket = desk.ticket()

    taken = give(desk, "agent", ticket, "me")

    assert (taken["assignee_id"], taken["status"]) == (str(id_of("agent")), "new")
    [*_, event] = desk.events(ticket)
    assert event["before"] == {"assignee_id": None}
    assert event["after"] == {"assignee_id": str(id_of("agent"))}
    assert event["actor_id"] == str(id_of("agent"))


def test_what_one_holds_one_may_hand_on_and_put_back(desk):
    ticket = desk.ticket()
    give(desk, "agent", ticket, "me")

    give(desk, "agent", ticket, "neighbour")
    handed = holder(desk, ticket)
    release(desk, "neighbour", ticket)

    assert handed == str(id_of("neighbour"))
    assert holder(desk, ticket) is None


@pytest.mark.parametrize("person", ["me", "lead"])
def test_what_another_holds_is_not_an_agents_to_give(desk, person):
    ticket = desk.ticket()
    give(desk, "agent", ticket, "me")

    with refused("PT403", "denied"):
        give(desk, "neighbour", ticket, person)
    with refused("PT403", "denied"):
        release(desk, "neighbour", ticket)


def test_a_lead_gives_any_ticket_of_the_queue(desk):
    ticket = desk.ticket()
    give(desk, "agent", ticket, "me")

    give(desk, "lead", ticket, "neighbour")
    given = holder(desk, ticket)
    release(desk, "lead", ticket)

    assert given == str(id_of("neighbour"))
    assert holder(desk, ticket) is None


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_what_is_not_done_may_be_put_back(desk, category):
    ticket = desk.ticket_in(category)
    if category == "new":
        desk.assign(ticket, "agent")

    release(desk, "agent", ticket)

    assert holder(desk, ticket) is None


def test_the_same_again_is_no_change_and_no_refusal(desk):
    ticket = desk.ticket()
    give(desk, "agent", ticket, "me")
    give(desk, "agent", ticket, "neighbour")
    handed = desk.now(ticket)

    assert give(desk, "agent", ticket, "neighbour") == handed
    release(desk, "neighbour", ticket)
    freed = desk.now(ticket)
    assert release(desk, "neighbour", ticket) == freed
    assert desk.story(ticket).count("TICKET_ASSIGNED") == 3


def test_the_same_again_is_still_not_a_customers_to_ask(desk):
    ticket = desk.ticket()

    with refused("PT403", "denied"):
        release(desk, "customer", ticket)


@pytest.mark.parametrize("person", ["customer", "stranger", "biller", "nobody"])
def test_who_does_not_work_the_queue_is_given_nothing(desk, person):
    with refused("PT422", "not-eligible"):
        give(desk, "admin", desk.ticket(), person)


def test_who_reads_every_queue_may_hold_a_ticket_of_any(desk):
    ticket = desk.ticket(queue="billing")

    assert give(desk, "admin", ticket, "me")["assignee_id"] == str(id_of("admin"))


def test_a_member_whose_role_takes_nothing_is_given_nothing(desk):
    desk.run(
        "delete from public.person_roles where person_id = %s and role = 'agent'",
        id_of("neighbour"),
    )

    with refused("PT422", "not-eligible"):
        give(desk, "lead", desk.ticket(), "neighbour")


def test_a_role_without_the_queue_is_not_enough_to_give(desk):
    grant(desk.connection, "biller", "lead")

    with refused("PT404"):
        give(desk, "biller", desk.ticket(), "me")


def test_staff_may_not_assign_what_they_see_as_a_colleague_only(desk):
    grant(desk.connection, "colleague", "lead")

    with refused("PT403", "denied"):
        give(desk, "colleague", desk.ticket(), "agent")
    with refused("PT403", "denied"):
        desk.move(desk.ticket(), "open", "colleague")


def test_of_many_who_read_the_same_version_one_takes_the_ticket(office):
    ticket = office().ticket()
    desks = [office() for _ in range(8)]

    def take(desk, who):
        try:
            desk.call(
                who,
                "assign_ticket",
                ticket=ticket["id"],
                assignee="me",
                expected_version=ticket["version"],
            )
        except psycopg.Error as refusal:
            return refusal.sqlstate
        return "ok"

    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(take, desks, ["agent", "neighbour"] * 4))

    assert sorted(answers) == ["PT412"] * 7 + ["ok"]
    assert desks[0].story(ticket) == ["TICKET_CREATED", "TICKET_ASSIGNED"]


def test_of_two_who_take_at_once_without_having_read_one_is_refused(office):
    first, second, watch = office(), office(), office()
    ticket = first.ticket()

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            give(first, "agent", ticket, "me")
            late = pool.submit(give, second, "neighbour", ticket, "me")
            watch.wait_for_waiting(1)
        with refused("PT403", "denied"):
            late.result(30)

    assert holder(watch, ticket) == str(id_of("agent"))
