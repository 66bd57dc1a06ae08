"""Many claim from one queue that also gives, while others get in their way.

Everything is real: clients over HTTP, PostgREST, the workers behind the database's
webhooks. `CLIENTS` says how many claim, `TICKETS` how many tickets there are.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from infra.local.postgres import connected
from tests.database.personas import grant, id_of, sign_up
from tests.faults.desk import FragileDesk, fragile_desk

from .crowd import Client, Heard, work_through

CLIENTS = int(os.environ.get("CLIENTS", "8"))
TICKETS = int(os.environ.get("TICKETS", "80"))
SESSIONS = 2  # clients of one person, at the same places
CAPACITY = 4
PATIENCE = 90.0 + TICKETS / 10  # seconds
PEOPLE = [f"claimer{number}" for number in range(max(1, CLIENTS // SESSIONS))]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200 + TICKETS)]

# Sees what no look afterwards could: that somebody was given more than they take.
TRAP = """
create table private.trapped (person_id uuid, load integer, capacity integer);
create function private.trap() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into private.trapped values (new.person_id, new.load, new.capacity);
    return null;
end;
$$;
create trigger trap after update on public.agents
for each row when (
    new.load > old.load
    and new.load > new.capacity
    and nullif(current_setting('autocrm.assigned_by', true), '') is not null
)
execute function private.trap();
"""
# Every hand-over begins where the one before ended, and gifts begin at nobody.
BROKEN_CHAINS = """
select ticket_id, seq from (
    select
        events.*,
        lag(after ->> 'assignee_id') over (partition by ticket_id order by seq) as held
    from public.ticket_events as events where type = 'TICKET_ASSIGNED'
) as chain
where before ->> 'assignee_id' is distinct from held
    or (after ? 'by' and before ->> 'assignee_id' is not null)
"""
CLAIMED = """
select count(*) from public.ticket_events
where type = 'TICKET_ASSIGNED' and after ->> 'by' = 'claim'
"""
GIVEN = CLAIMED.replace("'claim'", "'least_loaded'")
MISCOUNTED = """
select agents.person_id from public.agents left join (
    select assignee_id, count(*) as held from public.tickets
    where status_category in ('new', 'open') group by assignee_id
) as counted on assignee_id = person_id
where load <> coalesce(held, 0)
"""
FREE = """
select count(*) from public.tickets
where assignee_id is null and status_category in ('new', 'open')
"""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@pytest.fixture(scope="module")
def desk() -> Iterator[FragileDesk]:
    with fragile_desk(PATIENCE) as desk:
        furnish(desk)
        yield desk


def furnish(desk: FragileDesk) -> None:
    with connected(desk.places.database_url) as connection:
        for name in PEOPLE:
            sign_up(connection, name)
            grant(connection, name, "agent")
            connection.execute(
                "insert into public.queue_members (queue_id, person_id)"
                " values (%s, %s)",
                [id_of("support"), id_of(name)],
            )
            connection.execute(
                "insert into public.agents (person_id, availability, capacity)"
                " values (%s, 'available', %s)",
                [id_of(name), CAPACITY],
            )
        connection.execute("update public.queues set strategy = 'least_loaded'")
        connection.execute(TRAP)


@pytest.fixture(scope="module")
def heard(desk) -> Heard:
    """Let everybody do what they do, then let the clock give out what is left."""
    heard, seeds = Heard(), count()
    with ExitStack() as stack:

        def client(name: str) -> Client:
            http = stack.enter_context(desk.client(name))
            return Client(http, heard, next(seeds))

        share = 3 * TICKETS // CLIENTS
        workers = {client(PEOPLE[n % len(PEOPLE)]): share for n in range(CLIENTS)}
        openers = {client(each) for each in ("customer", "stranger")}
        lead, second_lead, manager = client("lead"), client("admin"), client("admin")
        customers = [client("customer"), client("stranger")]
        leavers = [client(PEOPLE[0]), client(PEOPLE[-1])]
        people = [str(id_of(name)) for name in PEOPLE]
        for opener in openers:
            opener.open_tickets(TICKETS // 4)
        late = iter([TICKETS // 4] * 2)

        def open_more(opener: Client) -> None:
            if more := next(late, 0):
                opener.open_tickets(more)

        work_through(
            workers,
            [
                *(lambda each=each: open_more(each) for each in openers),
                *(each.reopen for each in customers),
                lambda: lead.assign(people),
                second_lead.release,
                lambda: manager.regroup(people),
                *(each.leave for each in leavers),
            ],
        )
    settle(desk)
    return heard


def settle(desk: FragileDesk) -> None:
    """Make room for everything, and let the clock look until nothing is free.

    Events may still be owed: what follows from them meanwhile is part of the crowd.
    """
    desk.rows("update public.agents set availability = 'available', capacity = 1000")

    def given() -> bool:
        desk.tick("AssignWaitingTickets")
        return desk.rows(FREE) == [(0,)]

    desk.eventually(given, 0.1)


def test_nobody_was_answered_with_anything_but_an_answer_or_a_refusal(heard):
    assert heard.surprises == []


def test_no_ticket_was_given_to_two(desk, heard):
    assert len(heard.claimed) == len(set(heard.claimed))
    assert desk.rows(CLAIMED) == [(len(heard.claimed),)]
    assert desk.rows(BROKEN_CHAINS) == []


def test_nobody_was_given_more_than_they_take(desk, heard):
    assert desk.rows("select * from private.trapped") == []
    assert desk.rows(MISCOUNTED) == []


def test_nobody_waited_in_a_ring(desk, heard):
    assert desk.rows(DEADLOCKS) == [(0,)]


def test_every_ticket_ended_somewhere(desk, heard):
    stored = desk.rows("select id::text from public.tickets where follow_up_of is null")

    assert sorted(heard.opened) == sorted(ticket for (ticket,) in stored)
    assert len(heard.opened) == TICKETS // 4 * 4
    assert desk.rows(FREE) == [(0,)]
    assert desk.rows("select 1 from private.outbox where parked_at is not null") == []


def test_it_was_a_crowd(desk, heard):
    """Both ways to a ticket were gone, and people were in each other's way."""
    [(given,)] = desk.rows(GIVEN)

    assert heard.claimed
    assert given
    assert {"denied", "at-capacity"} & set(heard.refused)
