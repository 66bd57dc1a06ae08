"""What was true before a lock is looked at again under it.

Each test has two transactions: what the second has read changes while it waits for the
first. Each is proved by a fault: the function without its second look, which must fail.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from tests.moving_time import pass_time

from .acting import WORKER, refused
from .arrange import leave_queues
from .assigning import assign_waiting, assignee, make_available, set_strategy
from .bulk import apply_chunk, claim_job, expire_leases, start
from .personas import id_of
from .planting import Look, replant

pytestmark = pytest.mark.slow

GATE = 7  # of an advisory lock
WAITING_ORDER = f"""
create or replace function private.agent_order_sql(ranking jsonb) returns text
language sql immutable as
$$ select '(select pg_advisory_xact_lock_shared({GATE})::text), agents.person_id' $$
"""


WAIT_AT_THE_GATE = f"begin\n    perform pg_advisory_xact_lock_shared({GATE});"
RELEASED_LATER = "begin\n    perform private.lock_tickets_and_agents("
RELEASED_AS_READ_BEFORE = """
declare
    listed constant uuid[] := array(
        select id from public.tickets where assignee_id = person
    );
begin
    perform private.lock_tickets_and_agents(listed, array[person]);
    return private.reassign_tickets(listed, null);
    perform private.lock_tickets_and_agents("""
LOST_LATER = "begin\n    -- Their"
LOST_AS_READ_BEFORE = """
    listed constant uuid[] := array(select private.lost_tickets(present));
begin
    perform private.lock_tickets_and_agents('{}', present);
    return private.release_locked_tickets(listed, present);
    -- Their"""


@contextmanager
def while_agent_is_locked(first, call, *arguments, **options) -> Iterator[Future]:
    """Run the block in a transaction that has locked the agent, while a call waits."""
    with ThreadPoolExecutor(1) as pool, first.connection.transaction():
        first.execute("select private.lock_agent(%s)", id_of("agent"))
        late = pool.submit(call, *arguments, **options)
        first.wait_for_blocked(1, late)
        yield late


# Claim ---------------------------------------------------------------------------


def a_claim_counts_what_was_taken_meanwhile(connect):
    first, second = connect(), connect()
    make_available(first, "agent", capacity=1)
    for _ in range(2):
        first.create_ticket()

    with while_agent_is_locked(
        first, second.rows, "agent", "claim_next_ticket"
    ) as late:
        first.rows("agent", "claim_next_ticket")
    with refused("PT409", "at-capacity"):
        late.result()


def a_claim_sees_that_its_agent_went_away(connect):
    first, second = connect(), connect()
    make_available(first, "agent")
    first.create_ticket()

    with while_agent_is_locked(
        first, second.rows, "agent", "claim_next_ticket"
    ) as late:
        first.call("agent", "set_availability", agent="me", availability="away")
    with refused("PT409", "away"):
        late.result()


def a_claim_sees_that_its_agent_left_the_queue(connect):
    first, second = connect(), connect()
    make_available(first, "agent")
    first.create_ticket()
    first.assign(first.create_ticket(), "agent")  # so that leaving locks the agent

    with first.blocking(second.rows, "agent", "claim_next_ticket") as late:
        first.call("admin", "remove_queue_member", queue="support",
                   person=id_of("agent"))  # fmt: skip
    assert late.result() == []


# Automatic assignment ------------------------------------------------------------


def nothing_is_assigned_to_whoever_left_meanwhile(connect):
    first, second = connect(), connect()
    set_strategy(first, "round_robin")
    make_available(first, "agent")
    ticket = first.create_ticket()
    first.execute(WAITING_ORDER)

    with ThreadPoolExecutor(1) as pool, first.connection.transaction():
        first.connection.execute("select pg_advisory_xact_lock(%s)", [GATE])
        late = pool.submit(assign_waiting, second)
        first.wait_for_blocked(1, late)
        first.connection.execute(
            "delete from public.queue_members where person_id = %s", [id_of("agent")]
        )

    assert (late.result(), assignee(first, ticket)) == (0, None)


# Assignment by a person ----------------------------------------------------------


def a_change_sees_the_version_of_another(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket()
    stale = {"ticket": ticket["id"], "assignee": "me"}
    stale |= {"expected_version": ticket["version"]}

    with first.blocking(second.call, "neighbour", "assign_ticket", **stale) as late:
        first.assign(ticket, "agent")
    with refused("PT412", "stale"):
        late.result()


def taking_sees_that_another_took_it(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket()
    take = {"ticket": ticket["id"], "assignee": "me"}

    with first.blocking(second.call, "neighbour", "assign_ticket", **take) as late:
        first.call("agent", "assign_ticket", **take)
    assert late.exception() is not None
    assert assignee(first, ticket) == "agent"


# Bulk items ----------------------------------------------------------------------


def a_chunk_sees_that_another_worker_has_claimed_it(connect):
    first, second = connect(), connect()
    start(first, [first.create_ticket()], priority="low")
    lost = claim_job(first)
    expire_leases(first)

    with first.blocking(apply_chunk, second, lost) as late:
        claim_job(first)
    assert late.result() is None


# Close ---------------------------------------------------------------------------


def a_ticket_that_is_reopened_meanwhile_stays_open(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket_in("solved")
    first.execute("alter table public.tickets disable trigger user")
    first.execute("update public.tickets set solved_at = now() - interval '29 days'")
    first.execute("alter table public.tickets enable trigger user")

    with first.connection.transaction():
        first.comment("customer", ticket, "Not yet.")
        assert second.call(WORKER, "close_solved_tickets") == 0

    assert second.call(WORKER, "close_solved_tickets") == 0
    assert first.reload(ticket)["status"] == "open"


def a_customer_who_writes_meanwhile_is_not_reminded(connect):
    first, second = connect(), connect()
    changes = {"remind_after_hours": 1}
    first.call("admin", "change_queue", queue="support", changes=changes)
    ticket = first.create_ticket_in("pending")
    pass_time(first.connection, hours=2)

    with first.connection.transaction():
        first.comment("customer", ticket, "Here it is.")
        assert second.call(WORKER, "run_automations") == 0

    assert second.call(WORKER, "run_automations") == 0
    assert first.reload(ticket)["status"] == "open"


# Release -------------------------------------------------------------------------


def an_idle_ticket_that_is_worked_on_meanwhile_is_kept(connect):
    first, second = connect(), connect()
    changes = {"released_after_minutes": 60}
    first.call("admin", "change_queue", queue="support", changes=changes)
    ticket = first.create_ticket_in("open")
    for table in ("tickets", "ticket_events"):
        first.execute(f"alter table public.{table} disable trigger user")
    hour = "interval '61 minutes'"
    first.execute(f"update public.tickets set waiting_since = now() - {hour},"  # noqa: S608
                  f" assigned_at = now() - {hour}")  # fmt: skip
    first.execute(f"update public.ticket_events set occurred_at = now() - {hour}")  # noqa: S608
    for table in ("tickets", "ticket_events"):
        first.execute(f"alter table public.{table} enable trigger user")

    with first.blocking(second.call, WORKER, "release_idle_tickets") as late:
        first.note(ticket)
    assert (late.result(), assignee(first, ticket)) == (0, "agent")


def whoever_leaves_gives_back_what_came_meanwhile(connect):
    first, second = connect(), connect()
    make_available(first, "agent")
    held, new = first.create_ticket(), first.create_ticket()
    first.assign(held, "agent")
    away = {"agent": "me", "availability": "away", "reassign": True}

    with first.blocking(second.call, "agent", "set_availability", **away) as late:
        first.assign(new, "agent")
    assert late.result()["put_back"] == 2
    assert [assignee(first, ticket) for ticket in (held, new)] == [None, None]


def whoever_leaves_does_not_wait_for_what_is_locked(connect):
    """Whoever holds a ticket may wait for the agent, whose lock is held by then."""
    first, second, third = connect(), connect(), connect()
    second.execute("set lock_timeout = '3s'")
    make_available(first, "agent")
    new = first.create_ticket()
    away = {"agent": "me", "availability": "away", "reassign": True}
    replant(first, "private.release_locked_tickets", "begin", WAIT_AT_THE_GATE)

    third.execute("select pg_advisory_lock(%s)", GATE)
    with ThreadPoolExecutor(1) as pool, third.connection.transaction():
        with first.connection.transaction():
            first.assign(new, "agent")
            late = pool.submit(second.call, "agent", "set_availability", **away)
            first.wait_for_blocked(1, late)
        third.connection.execute(
            "select from public.tickets where id = %s for update", [new["id"]]
        )
        third.connection.execute("select pg_advisory_unlock(%s)", [GATE])
        assert late.result()["put_back"] == 0


def what_came_to_whoever_loses_the_queue_is_released(connect):
    first, second = connect(), connect()
    held, new = first.create_ticket(), first.create_ticket()
    first.assign(held, "agent")

    leave = {"queue": "support", "person": id_of("agent")}
    with first.blocking(second.call, "admin", "remove_queue_member", **leave) as late:
        first.assign(new, "agent")
    late.result()
    assert [assignee(first, ticket) for ticket in (held, new)] == [None, None]


def what_is_locked_meanwhile_is_released_later(connect):
    """Also when several memberships end, each of which looks for tickets."""
    first, second, third = connect(), connect(), connect()
    second.execute("set lock_timeout = '3s'")
    new = first.create_ticket()
    replant(first, "private.release_locked_tickets", "begin", WAIT_AT_THE_GATE)

    third.execute("select pg_advisory_lock(%s)", GATE)
    with ThreadPoolExecutor(1) as pool, third.connection.transaction():
        with first.connection.transaction():
            first.assign(new, "agent")
            late = pool.submit(leave_queues, second, "agent")
            first.wait_for_blocked(1, late)
        third.connection.execute(
            "select from public.tickets where id = %s for update", [new["id"]]
        )
        third.connection.execute("select pg_advisory_unlock(%s)", [GATE])
        late.result()
        assert assignee(first, new) == "agent"

    assert "idle_tickets" in first.rows(WORKER, "due_jobs")
    first.call(WORKER, "release_idle_tickets")
    assert assignee(first, new) is None
    assert "idle_tickets" not in first.rows(WORKER, "due_jobs")


LOOKS = [
    Look(
        a_claim_counts_what_was_taken_meanwhile,
        "private.lock_agent",
        "for no key update",
    ),
    Look(
        a_claim_sees_that_its_agent_went_away,
        "private.lock_agent",
        "for no key update",
    ),
    Look(
        a_claim_sees_that_its_agent_left_the_queue,
        "private.claim_ticket",
        "perform private.require_capacity(private.lock_agent(me));",
    ),
    Look(
        nothing_is_assigned_to_whoever_left_meanwhile,
        "private.give_ticket",
        "chosen is not null and exists (",
        "chosen is not null and true or exists (",
    ),
    Look(
        a_change_sees_the_version_of_another,
        "private.lock_ticket",
        "for update",
    ),
    Look(
        taking_sees_that_another_took_it,
        "private.lock_ticket",
        "for update",
    ),
    Look(
        a_chunk_sees_that_another_worker_has_claimed_it,
        "api.apply_bulk_chunk",
        "for no key update",
    ),
    Look(
        a_chunk_sees_that_another_worker_has_claimed_it,
        "api.apply_bulk_chunk",
        "and attempts = attempt",
    ),
    Look(
        a_ticket_that_is_reopened_meanwhile_stays_open,
        "api.close_solved_tickets",
        "for update skip locked",
    ),
    Look(
        a_customer_who_writes_meanwhile_is_not_reminded,
        "private.remind_customers",
        "for update skip locked",
    ),
    Look(
        an_idle_ticket_that_is_worked_on_meanwhile_is_kept,
        "api.release_idle_tickets",
        "select idle.id from private.idle_tickets(max_items) as idle (id)",
        "select idle.id from unnest(candidates) as idle (id)",
    ),
    Look(
        an_idle_ticket_that_is_worked_on_meanwhile_is_kept,
        "api.release_idle_tickets",
        "perform private.lock_tickets_and_agents(candidates);",
    ),
    Look(
        whoever_leaves_gives_back_what_came_meanwhile,
        "private.release_tickets_of",
        RELEASED_LATER,
        RELEASED_AS_READ_BEFORE,
    ),
    Look(
        whoever_leaves_does_not_wait_for_what_is_locked,
        "private.release_locked_tickets",
        "skip locked",
    ),
    Look(
        what_came_to_whoever_loses_the_queue_is_released,
        "private.release_lost_tickets",
        LOST_LATER,
        LOST_AS_READ_BEFORE,
    ),
    Look(
        what_is_locked_meanwhile_is_released_later,
        "private.release_locked_tickets",
        "skip locked",
    ),
    Look(
        what_is_locked_meanwhile_is_released_later,
        "private.release_lost_tickets",
        "where exists (select from private.lost_tickets(array[person]))",
        "where false",
    ),
]
NAMES = [f"{look.test.__name__}-{number}" for number, look in enumerate(LOOKS, 1)]


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_it_is_looked_at_again_under_the_lock(connect, look):
    look.test(connect)


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_a_missing_second_look_is_found(connect, look):
    replant(connect(), look.function, look.words, look.instead)

    with pytest.raises((AssertionError, pytest.fail.Exception, psycopg.Error)):
        look.test(connect)
