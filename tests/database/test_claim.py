"""Claiming what comes next: the right ticket, once, and never too many."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import ignoring, refused
from .assigning import assignee, make_available
from .personas import grant, id_of, sign_up

pytestmark = pytest.mark.slow
HELD = """
select assignee_id, count(*) from public.tickets
where assignee_id is not null group by assignee_id
"""
DOUBLES = """
select ticket_id from public.ticket_events where type = 'TICKET_ASSIGNED'
group by ticket_id having count(*) > 1
"""


def claim(db, who="agent", queue=None, key=None):
    """Return the ticket that somebody gets, or None."""
    arguments = {"queue": queue, "idempotency_key": key}
    given = {name: value for name, value in arguments.items() if value}
    found = db.rows(who, "claim_next_ticket", **given)
    return found[0] if found else None


def age_by_an_hour(db, ticket):
    db.execute(
        "update public.tickets set waiting_since = waiting_since - interval '1 hour'"
        " where id = %s",
        ticket["id"],
    )


@pytest.fixture
def available_agents(db):
    make_available(db, "agent", "neighbour")


@pytest.mark.usefixtures("available_agents")
def test_what_is_most_urgent_then_waits_longest_is_claimed_first(db):
    low, first, second = (
        db.create_ticket(priority="low"),
        db.create_ticket(),
        db.create_ticket(),
    )
    urgent = db.create_ticket(priority="urgent")
    age_by_an_hour(db, first)
    age_by_an_hour(db, low)

    claimed = [claim(db)["id"] for _ in range(4)]

    assert claimed == [each["id"] for each in (urgent, first, second, low)]
    assert claim(db) is None


@pytest.mark.usefixtures("available_agents")
def test_a_claimed_ticket_is_the_claimers_and_says_so(db):
    ticket = db.create_ticket()

    claimed = claim(db, queue="support")

    assert claimed == db.reload(ticket)
    assert claimed["assignee_id"] == str(id_of("agent"))
    assert claimed["assigned_at"]
    event = db.events(ticket)[-1]
    assert event["after"] == {"assignee_id": str(id_of("agent")), "by": "claim"}
    assert event["actor_id"] == str(id_of("agent"))


@pytest.mark.usefixtures("available_agents")
def test_the_next_change_of_hands_does_not_say_claimed(db):
    ticket = db.create_ticket()
    with db.connection.transaction():
        claim(db)
        db.assign(ticket, "neighbour")

    assert "by" not in db.events(ticket)[-1]["after"]


@pytest.mark.usefixtures("available_agents")
def test_held_waiting_and_done_tickets_are_not_claimed(db):
    for category in ("open", "pending", "on_hold", "solved", "closed"):
        db.create_ticket_in(category, held_by="neighbour")
    waiting = db.create_ticket_in("pending", held_by="neighbour")
    db.call("admin", "release_ticket", ticket=waiting["id"])

    assert claim(db) is None
    db.comment("customer", waiting, "Well?")
    assert claim(db)["id"] == waiting["id"]


@pytest.mark.usefixtures("available_agents")
def test_of_all_my_queues_the_best_head_is_claimed(db):
    db.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    db.create_ticket()
    urgent = db.create_ticket(queue="billing", priority="urgent")

    assert claim(db)["id"] == urgent["id"]
    assert claim(db, queue="billing") is None
    assert claim(db) is not None


def test_who_is_away_claims_nothing(db):
    ticket = db.create_ticket()

    with refused("PT409", "away"):
        claim(db)
    assert assignee(db, ticket) is None


@pytest.mark.usefixtures("available_agents")
def test_who_holds_as_much_as_they_take_claims_nothing(db):
    db.execute("update public.agents set capacity = 2")
    last = db.create_ticket(priority="low")
    mine = [db.create_ticket() for _ in range(2)]
    claim(db)
    claim(db)

    with refused("PT409", "at-capacity"):
        claim(db)
    db.set_status(mine[0], "pending")
    assert claim(db)["id"] == last["id"]


@pytest.mark.usefixtures("available_agents")
@pytest.mark.parametrize("queue", ["billing", "attic", "nope", str(id_of("billing"))])
def test_a_queue_one_does_not_see_is_not_there(db, queue):
    with refused("PT404", "not-found"):
        claim(db, queue=queue)


@pytest.mark.parametrize("queue", ["support", None])
def test_who_sees_a_queue_without_working_it_claims_nothing_of_it(db, queue):
    make_available(db, "admin")
    db.create_ticket()

    if queue is None:
        assert claim(db, "admin") is None
    else:
        with refused("PT403", "denied"):
            claim(db, "admin", queue)


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_customers_claim_nothing(db, who):
    db.create_ticket()

    with refused("PT403", "denied"):
        claim(db, who)


@pytest.mark.usefixtures("available_agents")
def test_a_member_whose_role_was_taken_claims_nothing(db):
    db.create_ticket()
    db.execute(
        "delete from public.person_roles where person_id = %s and role = 'agent'",
        id_of("agent"),
    )

    with refused("PT403", "denied"):
        claim(db)


@pytest.mark.usefixtures("available_agents")
def test_the_same_key_gets_the_same_ticket_and_no_second_one(db):
    db.create_ticket()
    db.create_ticket()

    first = claim(db, key="k1")

    assert claim(db, key="k1") == first
    assert claim(db, key="k2")["id"] != first["id"]
    with refused("PT422", "idempotency-key-reused"):
        claim(db, queue="support", key="k1")


@pytest.mark.usefixtures("available_agents")
def test_nothing_is_an_answer_too(db):
    assert claim(db, key="k1") is None
    db.create_ticket()

    assert claim(db, key="k1") is None
    assert claim(db, key="k2") is not None


def test_a_refusal_does_not_use_a_key_up(db):
    db.create_ticket()
    with refused("PT409", "away"):
        claim(db, key="k1")
    make_available(db, "agent")

    assert claim(db, key="k1") is not None


@pytest.mark.usefixtures("available_agents")
def test_what_one_put_back_one_may_claim_again(db):
    ticket = db.create_ticket()
    claim(db)
    db.call("agent", "release_ticket", ticket=ticket["id"])

    assert db.reload(ticket)["released_by"] == str(id_of("agent"))
    assert claim(db)["id"] == ticket["id"]
    assert db.reload(ticket)["released_by"] is None


def test_a_ticket_that_somebody_changes_is_passed_by_and_nobody_waits(connect):
    first, second = connect(), connect()
    make_available(first, "agent")
    busy, free = first.create_ticket(priority="urgent"), first.create_ticket()

    with first.connection.transaction():
        first.comment("customer", busy, "And another thing.")
        claimed = claim(second)

    assert claimed["id"] == free["id"]


def test_many_who_claim_at_once_get_each_ticket_once_and_never_too_many(connect):
    db = connect()
    people = [f"claimer{number}" for number in range(8)]
    for name in people:
        sign_up(db.connection, name)
        grant(db.connection, name, "agent")
        db.call("admin", "add_queue_member", queue="support", person=id_of(name))
        make_available(db, name, capacity=5)
    for _ in range(30):
        db.create_ticket()
    connections = {name: [connect(), connect()] for name in people}

    def work(own, name):
        got = 0
        for _ in range(5):
            with ignoring("PT409"):  # at capacity
                got += claim(own, name) is not None
        return got

    with ThreadPoolExecutor(16) as pool:
        running = [pool.submit(work, own, name)
                   for name, both in connections.items() for own in both]  # fmt: skip
        got = sum(each.result() for each in running)

    held = dict(db.execute(HELD).fetchall())
    assert got == sum(held.values()) == 30
    assert max(held.values()) <= 5
    assert db.execute(DOUBLES).fetchall() == []
