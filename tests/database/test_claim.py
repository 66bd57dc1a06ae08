"""Claiming the next ticket: in order, once, and within capacity."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import ignoring, refused
from .arrange import revoke_role
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
    """Return the claimed ticket, or None."""
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
def test_tickets_are_claimed_by_priority_then_waiting_time(db):
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
def test_claiming_assigns_the_ticket_and_records_the_source(db):
    ticket = db.create_ticket()

    claimed = claim(db, queue="support")

    assert claimed == db.reload(ticket)
    assert claimed["assignee_id"] == str(id_of("agent"))
    assert claimed["assigned_at"]
    event = db.events(ticket)[-1]
    assert event["after"] == {
        "assignee_id": str(id_of("agent")),
        "assignee_name": "Agent",
        "by": "claim",
    }
    assert event["actor_id"] == str(id_of("agent"))


@pytest.mark.usefixtures("available_agents")
def test_later_assignments_are_not_recorded_as_claims(db):
    ticket = db.create_ticket()
    with db.connection.transaction():
        claim(db)
        db.assign(ticket, "neighbour")

    assert db.events(ticket)[-1]["after"]["by"] is None


@pytest.mark.usefixtures("available_agents")
def test_assigned_pending_and_solved_tickets_are_not_claimed(db):
    for category in ("open", "pending", "on_hold", "solved", "closed"):
        db.create_ticket_in(category, held_by="neighbour")
    waiting = db.create_ticket_in("pending", held_by="neighbour")
    db.release(waiting)

    assert claim(db) is None
    db.comment("customer", waiting, "Well?")
    assert claim(db)["id"] == waiting["id"]


@pytest.mark.usefixtures("available_agents")
def test_the_first_ticket_of_all_own_queues_is_claimed(db):
    db.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    db.create_ticket()
    urgent = db.create_ticket(queue="billing", priority="urgent")

    assert claim(db)["id"] == urgent["id"]
    assert claim(db, queue="billing") is None
    assert claim(db) is not None


def test_away_agents_claim_nothing(db):
    ticket = db.create_ticket()

    with refused("PT409", "away"):
        claim(db)
    assert assignee(db, ticket) is None


@pytest.mark.usefixtures("available_agents")
def test_agents_at_capacity_claim_nothing(db):
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
def test_hidden_queues_are_not_found(db, queue):
    with refused("PT404", "not-found"):
        claim(db, queue=queue)


@pytest.mark.parametrize("queue", ["support", None])
def test_readers_who_are_no_members_claim_nothing(db, queue):
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
def test_members_without_an_agent_role_claim_nothing(db):
    db.create_ticket()
    revoke_role(db, "agent")

    with refused("PT403", "denied"):
        claim(db)


@pytest.mark.usefixtures("available_agents")
def test_claims_are_idempotent(db):
    db.create_ticket()
    db.create_ticket()

    first = claim(db, key="k1")

    assert claim(db, key="k1") == first
    assert claim(db, key="k2")["id"] != first["id"]
    with refused("PT422", "idempotency-key-reused"):
        claim(db, queue="support", key="k1")


@pytest.mark.usefixtures("available_agents")
def test_empty_claims_are_idempotent(db):
    assert claim(db, key="k1") is None
    db.create_ticket()

    assert claim(db, key="k1") is None
    assert claim(db, key="k2") is not None


def test_refused_claims_free_their_key(db):
    db.create_ticket()
    with refused("PT409", "away"):
        claim(db, key="k1")
    make_available(db, "agent")

    assert claim(db, key="k1") is not None


@pytest.mark.usefixtures("available_agents")
def test_released_tickets_can_be_claimed_again(db):
    ticket = db.create_ticket()
    claim(db)
    db.release(ticket, "agent")

    assert db.reload(ticket)["released_by"] == str(id_of("agent"))
    assert claim(db)["id"] == ticket["id"]
    assert db.reload(ticket)["released_by"] is None


def test_claims_skip_locked_tickets(connect):
    first, second = connect(), connect()
    make_available(first, "agent")
    busy, free = first.create_ticket(priority="urgent"), first.create_ticket()

    with first.connection.transaction():
        first.comment("customer", busy, "And another thing.")
        claimed = claim(second)

    assert claimed["id"] == free["id"]


def test_concurrent_claims_assign_each_ticket_once_within_capacity(connect):
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
