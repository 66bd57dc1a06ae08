"""Many claim from one queue that also assigns, while others disturb them.

Everything is real: clients over HTTP, PostgREST, the workers behind the database's
webhooks. `CLIENTS` says how many claim, `TICKETS` how many tickets there are.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from infra.local.postgres import connected
from tests.database.personas import id_of
from tests.faults.desk import FragileDesk, fragile_desk

from .agents import add_agents
from .clients import Client, Outcome, work_through

CLIENTS = int(os.environ.get("CLIENTS", "8"))
TICKETS = int(os.environ.get("TICKETS", "80"))
SESSIONS = 2  # clients of one person, with the same session
CAPACITY = 4
PATIENCE = 90.0 + TICKETS / 10  # seconds
PEOPLE = [f"claimer{number}" for number in range(max(1, CLIENTS // SESSIONS))]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200 + TICKETS)]

# Records what nothing shows afterwards: that somebody was assigned too much.
OVERLOADS = """
create table private.overloads (person_id uuid, load integer, capacity integer);
create function private.record_overload() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into private.overloads values (new.person_id, new.load, new.capacity);
    return null;
end;
$$;
create trigger record_overload after update on public.agents
for each row when (
    new.load > old.load
    and new.load > new.capacity
    and nullif(current_setting('autocrm.assigned_by', true), '') is not null
)
execute function private.record_overload();
"""
# Every assignment begins where the one before ended; automatic ones begin at nobody.
BROKEN_CHAINS = """
select ticket_id, seq from (
    select
        events.*,
        lag(after ->> 'assignee_id') over (partition by ticket_id order by seq) as held
    from public.ticket_events as events where type = 'TICKET_ASSIGNED'
) as chain
where before ->> 'assignee_id' is distinct from held
    or (after ->> 'by' is not null and before ->> 'assignee_id' is not null)
"""
CLAIMED = """
select count(*) from public.ticket_events
where type = 'TICKET_ASSIGNED' and after ->> 'by' = 'claim'
"""
ASSIGNED = CLAIMED.replace("'claim'", "'least_loaded'")
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
DEAD_LETTERS = "select count(*) from private.outbox where dead_lettered_at is not null"
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@pytest.fixture(scope="module")
def desk() -> Iterator[FragileDesk]:
    with fragile_desk(PATIENCE) as desk:
        prepare(desk)
        yield desk


def prepare(desk: FragileDesk) -> None:
    with connected(desk.deployment.database_url) as connection:
        add_agents(connection, PEOPLE, CAPACITY)
        connection.execute("update public.queues set strategy = 'least_loaded'")
        connection.execute(OVERLOADS)


@pytest.fixture(scope="module")
def outcome(desk) -> Outcome:
    """Let all clients work, then let the scheduler assign what is left."""
    outcome, seeds = Outcome(), count()
    with ExitStack() as stack:

        def client(name: str) -> Client:
            http = stack.enter_context(desk.client(name))
            return Client(http, outcome, next(seeds))

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
    return outcome


def settle(desk: FragileDesk) -> None:
    """Raise every capacity, and run the worker until no ticket is unassigned.

    Events may still be pending: their reactions disturb the worker as any client does.
    """
    desk.rows("update public.agents set availability = 'available', capacity = 1000")

    def assigned() -> bool:
        desk.tick("AssignWaitingTickets")
        return desk.rows(FREE) == [(0,)]

    desk.eventually(assigned, 0.1)


def test_every_response_was_a_result_or_a_refusal(outcome):
    assert outcome.unexpected == []


def test_no_ticket_was_assigned_twice(desk, outcome):
    assert len(outcome.claimed) == len(set(outcome.claimed))
    assert desk.rows(CLAIMED) == [(len(outcome.claimed),)]
    assert desk.rows(BROKEN_CHAINS) == []


def test_nobody_was_assigned_more_than_their_capacity(desk, outcome):
    assert desk.rows("select * from private.overloads") == []
    assert desk.rows(MISCOUNTED) == []


def test_there_was_no_deadlock(desk, outcome):
    assert desk.rows(DEADLOCKS) == [(0,)]


def test_every_ticket_was_assigned_in_the_end(desk, outcome):
    stored = desk.rows("select id::text from public.tickets where follow_up_of is null")

    assert sorted(outcome.opened) == sorted(ticket for (ticket,) in stored)
    assert len(outcome.opened) == TICKETS // 4 * 4
    assert desk.rows(FREE) == [(0,)]
    assert desk.rows(DEAD_LETTERS) == [(0,)]


def test_clients_disturbed_each_other(desk, outcome):
    """Tickets were claimed and assigned, and some requests were refused."""
    [(assigned,)] = desk.rows(ASSIGNED)

    assert outcome.claimed
    assert assigned
    assert {"denied", "at-capacity"} & set(outcome.refused)
