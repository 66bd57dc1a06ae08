"""The load of agents: exact, and updated without deadlocks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import OWNER, refused
from .assigning import assert_loads_are_exact
from .personas import id_of

pytestmark = pytest.mark.slow


def load(db, who):
    return db.scalar("select load from public.agents where person_id = %s", id_of(who))


def test_agents_get_a_row_with_their_first_ticket(db):
    ticket = db.create_ticket()
    assert load(db, "agent") is None

    db.assign(ticket, "agent")

    assert load(db, "agent") == 1


def test_new_and_open_tickets_count_as_load(db):
    ticket = db.create_ticket_in("open")
    assert load(db, "agent") == 1

    for status, expected in [("pending", 0), ("open", 1), ("solved", 0)]:
        db.set_status(ticket, status)
        assert load(db, "agent") == expected

    db.comment("customer", ticket, "Not solved.")
    assert load(db, "agent") == 1


def test_reassigning_moves_the_load(db):
    ticket = db.create_ticket_in("open")

    db.assign(ticket, "neighbour")

    assert (load(db, "agent"), load(db, "neighbour")) == (0, 1)
    db.release(ticket)
    assert (load(db, "agent"), load(db, "neighbour")) == (0, 0)


def test_only_assignments_update_last_assigned_at(db):
    last = (
        "select extract(epoch from last_assigned_at) from public.agents"
        " where person_id = %s"
    )
    ticket = db.create_ticket_in("open")
    first = db.scalar(last, id_of("agent"))

    db.set_status(ticket, "pending")
    assert db.scalar(last, id_of("agent")) == first

    db.assign(db.create_ticket(), "agent")
    assert db.scalar(last, id_of("agent")) > first


def test_many_tickets_in_one_statement_are_counted_as_many(db):
    tickets = [db.create_ticket_in("open") for _ in range(3)]

    db.execute(
        "update public.tickets set assignee_id = %s where id = any (%s)",
        id_of("neighbour"),
        [ticket["id"] for ticket in tickets[1:]],
    )
    assert (load(db, "agent"), load(db, "neighbour")) == (1, 2)

    db.execute("delete from public.tickets where id = %s", tickets[2]["id"])
    assert load(db, "neighbour") == 1
    assert_loads_are_exact(db)


def test_nobody_writes_their_own_load(db):
    db.assign(db.create_ticket(), "agent")

    with refused("42501"):
        db.read("agent", "update public.agents set load = 0 returning load")
    with refused("23514"):
        db.read(OWNER, "update public.agents set load = -1 returning load")


def test_concurrent_reassignments_keep_loads_exact_without_deadlock(connect):
    """Eight writers pass the same tickets between two people, in any order."""
    db = connect()
    tickets = [db.create_ticket_in("open") for _ in range(6)]

    def reassign(seed):
        mine = connections[seed]
        for turn in range(30):
            ticket = tickets[(seed * 5 + turn) % len(tickets)]
            mine.assign(ticket, ["agent", "neighbour"][(seed + turn) % 2])

    def assign_several(seed):
        mine = connections[seed]
        for turn in range(15):
            chosen = [tickets[(seed + turn + n) % len(tickets)]["id"] for n in range(3)]
            with mine.connection.transaction():
                mine.execute(
                    "select private.lock_tickets_and_agents(%s::uuid[], %s::uuid[])",
                    chosen,
                    [id_of("agent"), id_of("neighbour")],
                )
                for n, ticket in enumerate(chosen):
                    mine.assign({"id": ticket}, ["agent", "neighbour"][n % 2])

    connections = [connect() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        running = [
            pool.submit([reassign, assign_several][seed % 2], seed) for seed in range(8)
        ]
        for each in running:
            each.result()  # a deadlock is raised here

    assert_loads_are_exact(db)
