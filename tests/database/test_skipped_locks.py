"""Workers and commands that take what is next never wait for each other.

Each `skip locked` of the migrations has a test of two transactions: one holds a row,
the other takes the next one. A new `skip locked` fails until it has one.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest

from .acting import WORKER
from .assigning import assign_waiting, make_available, set_strategy
from .bulk import claim_job, run_all, start
from .notifying import claim_emails, make_emails_due, process_events, queue_due_email
from .personas import id_of
from .planting import replant
from .webhooks import create_event, create_webhook

pytestmark = pytest.mark.slow

SKIP = "skip locked"
FUNCTIONS = """
select nspname || '.' || proname, regexp_count(prosrc, 'skip locked')
from pg_proc inner join pg_namespace on pg_namespace.oid = pronamespace
where nspname in ('api', 'private') and prosrc ~ 'skip locked'
"""
CLAIMS = """
select proname from pg_proc
where pronamespace = 'api'::regnamespace and proname ~ '^claim_'
"""
ELSEWHERE = {"claim_next_ticket": "private.lock_first_ticket"}
"""Claims whose lock is in a function that they call."""

OLD = "now() - interval '91 days'"


@dataclass(frozen=True)
class Scenario:
    """Two transactions: `hold` keeps a row of `arrange`; `take` gets `taken`.

    `words` are what is left out of the function to prove that the test finds it.
    """

    function: str
    arrange: Callable
    hold: str
    take: Callable
    taken: object
    words: str = SKIP


def two_tickets(db):
    make_available(db, "agent")
    db.create_ticket(priority="urgent")
    db.create_ticket(priority="low")


def claim_ticket(db):
    return [each["priority"] for each in db.rows("agent", "claim_next_ticket")]


def strategy(db, *people):
    set_strategy(db, "round_robin")
    make_available(db, *people)


def one_ticket_for_two(db):
    strategy(db, "agent", "neighbour")
    db.execute(
        "update public.agents set last_assigned_at = '2030-01-01Z'"
        " where person_id = %s",
        id_of("neighbour"),
    )
    db.create_ticket()


def assign_one(db):
    assign_waiting(db)
    return db.scalar(
        "select lower(name) from public.people where id ="
        " (select assignee_id from public.tickets)"
    )


def two_tickets_for_one(db):
    strategy(db, "agent")
    db.create_ticket(priority="urgent")
    db.create_ticket(priority="low")


def assigned_priorities(db):
    assign_waiting(db)
    query = "select priority::text from public.tickets where assignee_id is not null"
    return [priority for (priority,) in db.execute(query)]


def two_solved_tickets(db):
    for _ in range(2):
        db.create_ticket_in("solved")
    db.execute("alter table public.tickets disable trigger user")
    db.execute("update public.tickets set solved_at = now() - interval '29 days'")
    db.execute("update public.tickets set subject = 'First' where number ="
               " (select min(number) from public.tickets)")  # fmt: skip
    db.execute("alter table public.tickets enable trigger user")


def two_bulk_updates(db):
    for who in ("agent", "neighbour"):
        start(db, [db.create_ticket()], who, priority="low")


def two_old_bulk_updates(db):
    two_bulk_updates(db)
    run_all(db)
    db.execute(f"update private.bulk_updates set finished_at = {OLD}")  # noqa: S608


def two_deliveries(db):
    create_webhook(db)
    for _ in range(2):
        create_event(db)


def two_emails(db):
    for who in ("customer", "stranger"):
        ticket = db.create_ticket(who)
        db.assign(ticket, "agent")
        process_events(db, notify=False)
        queue_due_email(db, ticket)


def two_old_emails(db):
    two_emails(db)
    make_emails_due(db)
    for email in claim_emails(db):
        db.call(WORKER, "record_email_sent", email=email["id"])
    db.execute(f"update private.emails set created_at = {OLD}")  # noqa: S608


def two_old_notifications(db):
    two_emails(db)
    db.execute("delete from private.emails")
    db.execute(f"update public.notifications set read_at = {OLD}")  # noqa: S608


def two_old_counts(db):
    db.execute(
        "insert into private.command_counts (subject, slot, minute, commands)"
        " select 'old', slot, now() - interval '1 hour', 1"
        " from generate_series(1, 2) as slot"
    )


def count_a_command(db):
    db.execute("select private.increment_command_count('x', 9)")
    query = "select count(*) from private.command_counts where subject <> 'x'"
    return db.scalar(query)


def two_old_keys(db):
    for who in ("customer", "stranger"):
        db.create_ticket(who, idempotency_key="key")
    db.execute(
        "update private.idempotency_keys set created_at = now() - interval '2 days'"
    )


def use_a_key(db):
    db.create_ticket("colleague", idempotency_key="other")
    query = "select count(*) from private.idempotency_keys where key = 'key'"
    return db.scalar(query)


def two_events(db):
    for _ in range(2):
        db.create_ticket()
    db.execute("update private.outbox set due_at = now()")


def two_counts(db):
    db.execute("delete from private.queue_counts")
    for _ in range(2):
        db.create_ticket()


def fold(db):
    db.execute("select private.fold_queue_counts()")
    return db.scalar("select count(*) from private.queue_counts")


def number_of(function):
    return lambda db: len(db.rows(WORKER, function))


def result_of(function):
    return lambda db: db.call(WORKER, function)


def row(table, where="true", order="1"):
    """A lock of one row."""
    return f"select * from {table} where {where} order by {order} limit 1 for update"  # noqa: S608


SCENARIOS = [
    Scenario(
        "private.lock_first_ticket",
        two_tickets,
        row("public.tickets", "priority = 'urgent'"),
        claim_ticket,
        ["low"],
    ),
    Scenario(
        "private.give_ticket",
        one_ticket_for_two,
        f"select private.lock_agent('{id_of('agent')}')",
        assign_one,
        "neighbour",
    ),
    Scenario(
        "private.give_waiting_tickets",
        two_tickets_for_one,
        row("public.tickets", "priority = 'urgent'"),
        assigned_priorities,
        ["low"],
    ),
    Scenario(
        "api.close_solved_tickets",
        two_solved_tickets,
        row("public.tickets", "subject = 'First'"),
        result_of("close_solved_tickets"),
        1,
    ),
    Scenario(
        "api.claim_bulk_update",
        two_bulk_updates,
        row("private.bulk_updates", order="due_at"),
        lambda db: claim_job(db)["attempt"],
        1,
    ),
    Scenario(
        "api.delete_old_bulk_updates",
        two_old_bulk_updates,
        row("private.bulk_updates"),
        result_of("delete_old_bulk_updates"),
        1,
    ),
    Scenario(
        "api.claim_webhook_deliveries",
        two_deliveries,
        row("private.webhook_deliveries"),
        number_of("claim_webhook_deliveries"),
        1,
    ),
    Scenario(
        "api.claim_emails",
        two_emails,
        row("private.emails"),
        number_of("claim_emails"),
        1,
    ),
    Scenario(
        "api.delete_old_notifications",
        two_old_emails,
        row("private.emails"),
        result_of("delete_old_notifications"),
        1,
        "order by created_at limit max_items for update skip locked",
    ),
    Scenario(
        "api.delete_old_notifications",
        two_old_notifications,
        row("public.notifications"),
        result_of("delete_old_notifications"),
        1,
        "order by read_at limit max_items for update skip locked",
    ),
    Scenario(
        "private.increment_command_count",
        two_old_counts,
        row("private.command_counts"),
        count_a_command,
        1,
    ),
    Scenario(
        "private.stored_response",
        two_old_keys,
        row("private.idempotency_keys"),
        use_a_key,
        1,
    ),
    Scenario(
        "api.claim_missed_events",
        two_events,
        row("private.outbox"),
        number_of("claim_missed_events"),
        1,
    ),
    Scenario(
        "private.fold_queue_counts",
        two_counts,
        row("private.queue_counts"),
        fold,
        2,
    ),
]
ELSEWHERE_TESTED = {"private.release_locked_tickets"}  # test_second_looks.py


def take_beside(connect, scenario, *, planted=False):
    """Return what the second transaction takes while the first holds a row."""
    holder, taker = connect(), connect()
    # The holder never lets go meanwhile, so whoever waits at all waits for nothing.
    taker.execute("set lock_timeout = '100ms'")
    scenario.arrange(holder)
    if planted:
        words = scenario.words.removesuffix(SKIP)
        replant(holder, scenario.function, scenario.words, words)
    with holder.connection.transaction():
        assert holder.execute(scenario.hold).fetchone()
        return scenario.take(taker)


NAMES = [
    f"{scenario.function}-{number}" for number, scenario in enumerate(SCENARIOS, 1)
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_the_next_is_taken_while_the_first_is_held(connect, scenario):
    assert take_beside(connect, scenario) == scenario.taken


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_a_lock_that_is_not_skipped_is_found(connect, scenario):
    with pytest.raises(psycopg.errors.LockNotAvailable):
        take_beside(connect, scenario, planted=True)


def test_every_skipped_lock_has_a_test(db):
    found = dict(db.execute(FUNCTIONS).fetchall())
    for function in ELSEWHERE_TESTED:
        del found[function]

    assert found == Counter(scenario.function for scenario in SCENARIOS)


def test_every_claim_skips_what_is_locked(db):
    claims = {name for (name,) in db.execute(CLAIMS)}
    tested = {scenario.function for scenario in SCENARIOS}

    assert {ELSEWHERE.get(name, f"api.{name}") for name in claims} <= tested
