"""What agents hold: kept to the number, and locked in one order."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .cast import id_of
from .desk import OWNER, refused

pytestmark = pytest.mark.slow
KEPT = """
select coalesce(jsonb_object_agg(person_id, load), '{}')
from public.agents where load > 0
"""
COUNTED = """
select coalesce(jsonb_object_agg(assignee_id, held), '{}') from (
    select assignee_id, count(*) as held from public.tickets
    where assignee_id is not null and status_category in ('new', 'open')
    group by assignee_id
) as counted
"""


def load(desk, who):
    return desk.one("select load from public.agents where person_id = %s", id_of(who))


def test_an_agent_has_a_row_from_the_first_ticket_on(desk):
    ticket = desk.ticket()
    assert load(desk, "agent") is None

    desk.assign(ticket, "agent")

    assert load(desk, "agent") == 1


def test_new_and_open_tickets_weigh_and_others_do_not(desk):
    ticket = desk.ticket_in("open")
    assert load(desk, "agent") == 1

    for status, expected in [("pending", 0), ("open", 1), ("solved", 0)]:
        desk.move(ticket, status)
        assert load(desk, "agent") == expected

    desk.say("customer", ticket, "Not solved.")
    assert load(desk, "agent") == 1


def test_a_ticket_that_changes_hands_weighs_on_the_other(desk):
    ticket = desk.ticket_in("open")

    desk.assign(ticket, "neighbour")

    assert (load(desk, "agent"), load(desk, "neighbour")) == (0, 1)
    desk.call("admin", "release_ticket", ticket=ticket["id"])
    assert (load(desk, "agent"), load(desk, "neighbour")) == (0, 0)


def test_who_gets_a_ticket_is_marked_and_who_works_on_it_is_not(desk):
    last = (
        "select extract(epoch from last_assigned_at) from public.agents"
        " where person_id = %s"
    )
    ticket = desk.ticket_in("open")
    first = desk.one(last, id_of("agent"))

    desk.move(ticket, "pending")
    assert desk.one(last, id_of("agent")) == first

    desk.assign(desk.ticket(), "agent")
    assert desk.one(last, id_of("agent")) > first


def test_many_tickets_in_one_statement_are_counted_as_many(desk):
    tickets = [desk.ticket_in("open") for _ in range(3)]

    desk.run(
        "update public.tickets set assignee_id = %s where id = any (%s)",
        id_of("neighbour"),
        [ticket["id"] for ticket in tickets[1:]],
    )
    assert (load(desk, "agent"), load(desk, "neighbour")) == (1, 2)

    desk.run("delete from public.tickets where id = %s", tickets[2]["id"])
    assert load(desk, "neighbour") == 1
    assert desk.one(KEPT) == desk.one(COUNTED)


def test_nobody_writes_their_own_load(desk):
    desk.assign(desk.ticket(), "agent")

    with refused("42501"):
        desk.read("agent", "update public.agents set load = 0 returning load")
    with refused("23514"):
        desk.read(OWNER, "update public.agents set load = -1 returning load")


def test_work_that_crosses_is_counted_and_never_waits_in_a_ring(office):
    """Eight writers pass the same tickets between two people, in any order."""
    desk = office()
    tickets = [desk.ticket_in("open") for _ in range(6)]

    def pass_around(seed):
        mine = office_desks[seed]
        for turn in range(30):
            ticket = tickets[(seed * 5 + turn) % len(tickets)]
            mine.assign(ticket, ["agent", "neighbour"][(seed + turn) % 2])

    def work_on_several(seed):
        mine = office_desks[seed]
        for turn in range(15):
            chosen = [tickets[(seed + turn + n) % len(tickets)]["id"] for n in range(3)]
            with mine.connection.transaction():
                mine.run(
                    "select private.lock_tickets_and_agents(%s::uuid[], %s::uuid[])",
                    chosen,
                    [id_of("agent"), id_of("neighbour")],
                )
                for n, ticket in enumerate(chosen):
                    mine.assign({"id": ticket}, ["agent", "neighbour"][n % 2])

    office_desks = [office() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        running = [
            pool.submit([pass_around, work_on_several][seed % 2], seed)
            for seed in range(8)
        ]
        for each in running:
            each.result()  # a deadlock is raised here

    assert desk.one(KEPT) == desk.one(COUNTED)
