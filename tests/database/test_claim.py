"""Claiming what comes next: the right ticket, once, and never too many."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .cast import grant, id_of, sign_up
from .desk import forgiving, refused
from .shifts import begin_work, holder

pytestmark = pytest.mark.slow
HELD = """
select assignee_id, count(*) from public.tickets
where assignee_id is not null group by assignee_id
"""
DOUBLES = """
select ticket_id from public.ticket_events where type = 'TICKET_ASSIGNED'
group by ticket_id having count(*) > 1
"""


def claim(desk, who="agent", queue=None, key=None):
    """Return the ticket that somebody gets, or None."""
    asked = {"queue": queue, "idempotency_key": key}
    given = {name: value for name, value in asked.items() if value}
    found = desk.rows(who, "claim_next_ticket", **given)
    return found[0] if found else None


def wait_longer(desk, ticket):
    desk.run(
        "update public.tickets set waiting_since = waiting_since - interval '1 hour'"
        " where id = %s",
        ticket["id"],
    )


@pytest.fixture
def at_work(desk):
    begin_work(desk, "agent", "neighbour")


@pytest.mark.usefixtures("at_work")
def test_what_is_most_urgent_then_waits_longest_is_claimed_first(desk):
    low, first, second = desk.ticket(priority="low"), desk.ticket(), desk.ticket()
    urgent = desk.ticket(priority="urgent")
    wait_longer(desk, first)
    wait_longer(desk, low)

    claimed = [claim(desk)["id"] for _ in range(4)]

    assert claimed == [each["id"] for each in (urgent, first, second, low)]
    assert claim(desk) is None


@pytest.mark.usefixtures("at_work")
def test_a_claimed_ticket_is_the_claimers_and_says_so(desk):
    ticket = desk.ticket()

    claimed = claim(desk, queue="support")

    assert claimed == desk.now(ticket)
    assert claimed["assignee_id"] == str(id_of("agent"))
    assert claimed["assigned_at"]
    event = desk.events(ticket)[-1]
    assert event["after"] == {"assignee_id": str(id_of("agent")), "by": "claim"}
    assert event["actor_id"] == str(id_of("agent"))


@pytest.mark.usefixtures("at_work")
def test_the_next_change_of_hands_does_not_say_claimed(desk):
    ticket = desk.ticket()
    with desk.connection.transaction():
        claim(desk)
        desk.assign(ticket, "neighbour")

    assert "by" not in desk.events(ticket)[-1]["after"]


@pytest.mark.usefixtures("at_work")
def test_held_waiting_and_done_tickets_are_not_claimed(desk):
    for category in ("open", "pending", "on_hold", "solved", "closed"):
        desk.ticket_in(category, held_by="neighbour")
    parked = desk.ticket_in("pending", held_by="neighbour")
    desk.call("admin", "release_ticket", ticket=parked["id"])

    assert claim(desk) is None
    desk.say("customer", parked, "Well?")
    assert claim(desk)["id"] == parked["id"]


@pytest.mark.usefixtures("at_work")
def test_of_all_my_queues_the_best_head_is_claimed(desk):
    desk.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    desk.ticket()
    urgent = desk.ticket(queue="billing", priority="urgent")

    assert claim(desk)["id"] == urgent["id"]
    assert claim(desk, queue="billing") is None
    assert claim(desk) is not None


def test_who_is_away_claims_nothing(desk):
    ticket = desk.ticket()

    with refused("PT409", "away"):
        claim(desk)
    assert holder(desk, ticket) is None


@pytest.mark.usefixtures("at_work")
def test_who_holds_as_much_as_they_take_claims_nothing(desk):
    desk.run("update public.agents set capacity = 2")
    last = desk.ticket(priority="low")
    mine = [desk.ticket() for _ in range(2)]
    claim(desk)
    claim(desk)

    with refused("PT409", "at-capacity"):
        claim(desk)
    desk.move(mine[0], "pending")
    assert claim(desk)["id"] == last["id"]


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("queue", ["billing", "attic", "nope", str(id_of("billing"))])
def test_a_queue_one_does_not_see_is_not_there(desk, queue):
    with refused("PT404", "not-found"):
        claim(desk, queue=queue)


@pytest.mark.parametrize("queue", ["support", None])
def test_who_sees_a_queue_without_working_it_claims_nothing_of_it(desk, queue):
    begin_work(desk, "admin")
    desk.ticket()

    if queue is None:
        assert claim(desk, "admin") is None
    else:
        with refused("PT403", "denied"):
            claim(desk, "admin", queue)


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_customers_claim_nothing(desk, who):
    desk.ticket()

    with refused("PT403", "denied"):
        claim(desk, who)


@pytest.mark.usefixtures("at_work")
def test_a_member_whose_role_was_taken_claims_nothing(desk):
    desk.ticket()
    desk.run(
        "delete from public.person_roles where person_id = %s and role = 'agent'",
        id_of("agent"),
    )

    with refused("PT403", "denied"):
        claim(desk)


@pytest.mark.usefixtures("at_work")
def test_the_same_key_gets_the_same_ticket_and_no_second_one(desk):
    desk.ticket()
    desk.ticket()

    first = claim(desk, key="k1")

    assert claim(desk, key="k1") == first
    assert claim(desk, key="k2")["id"] != first["id"]
    with refused("PT422", "idempotency-key-reused"):
        claim(desk, queue="support", key="k1")


@pytest.mark.usefixtures("at_work")
def test_nothing_is_an_answer_too(desk):
    assert claim(desk, key="k1") is None
    desk.ticket()

    assert claim(desk, key="k1") is None
    assert claim(desk, key="k2") is not None


def test_a_refusal_does_not_use_a_key_up(desk):
    desk.ticket()
    with refused("PT409", "away"):
        claim(desk, key="k1")
    begin_work(desk, "agent")

    assert claim(desk, key="k1") is not None


@pytest.mark.usefixtures("at_work")
def test_what_one_put_back_one_may_claim_again(desk):
    ticket = desk.ticket()
    claim(desk)
    desk.call("agent", "release_ticket", ticket=ticket["id"])

    assert desk.now(ticket)["released_by"] == str(id_of("agent"))
    assert claim(desk)["id"] == ticket["id"]
    assert desk.now(ticket)["released_by"] is None


def test_a_ticket_that_somebody_changes_is_passed_by_and_nobody_waits(office):
    first, second = office(), office()
    begin_work(first, "agent")
    busy, free = first.ticket(priority="urgent"), first.ticket()

    with first.connection.transaction():
        first.say("customer", busy, "And another thing.")
        claimed = claim(second)

    assert claimed["id"] == free["id"]


def test_many_who_claim_at_once_get_each_ticket_once_and_never_too_many(office):
    desk = office()
    people = [f"claimer{number}" for number in range(8)]
    for name in people:
        sign_up(desk.connection, name)
        grant(desk.connection, name, "agent")
        desk.call("admin", "add_queue_member", queue="support", person=id_of(name))
        begin_work(desk, name, capacity=5)
    for _ in range(30):
        desk.ticket()
    desks = {name: [office(), office()] for name in people}

    def work(own, name):
        got = 0
        for _ in range(5):
            with forgiving("PT409"):  # at capacity
                got += claim(own, name) is not None
        return got

    with ThreadPoolExecutor(16) as pool:
        running = [pool.submit(work, own, name)
                   for name, both in desks.items() for own in both]  # fmt: skip
        got = sum(each.result() for each in running)

    held = dict(desk.run(HELD).fetchall())
    assert got == sum(held.values()) == 30
    assert max(held.values()) <= 5
    assert desk.run(DOUBLES).fetchall() == []
