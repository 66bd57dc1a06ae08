"""Queue counts are exact at every commit, under concurrent writers."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import WORKER, ignoring
from .personas import id_of

pytestmark = pytest.mark.slow

CATEGORIES = ("new", "open", "pending", "on_hold", "solved", "closed")
STAFF = ("agent", "neighbour", "lead", "admin")
QUEUES = ("support", "billing")
REQUEUE = "update public.tickets set queue_id = %s where id = %s"
PRIORITIES = ("urgent", "high", "normal", "low")
PRIORITY = "update public.tickets set priority = %s where id = %s"
FOLD = "select private.fold_queue_counts()"


def actual_counts(db):
    """Return the counts of all queues, counted row by row."""
    zero = {key: dict.fromkeys(CATEGORIES, 0) for key in QUEUES}
    for key, category, tickets in db.execute(
        "select key, status_category::text, count(*) from public.tickets"
        " join public.queues on queues.id = queue_id group by 1, 2"
    ):
        zero[key][category] = tickets
    return zero


ACTUAL_STATUS = """
select jsonb_build_object(
    'new', count(tickets.id) filter (where status_category = 'new'),
    'open', count(tickets.id) filter (where status_category = 'open'),
    'pending', count(tickets.id) filter (where status_category = 'pending'),
    'on_hold', count(tickets.id) filter (where status_category = 'on_hold'),
    'waiting', count(tickets.id) filter (where waiting_on = 'agent'),
    'unassigned', count(tickets.id) filter (where assignee_id is null),
    'oldest_waiting_since', min(waiting_since) filter (where waiting_on = 'agent'),
    'breaching', jsonb_build_object(
        'exact', true,
        'count', count(tickets.id) filter (
            where exists (
                select from private.sla_runs
                where ticket_id = tickets.id and met_at is null and stopped_at is null
                    and coalesce(breached_at, due_at) < private.now()
            )
        )
    ),
    'by_priority', jsonb_build_object(
        'urgent', count(tickets.id) filter (where priority = 'urgent'),
        'high', count(tickets.id) filter (where priority = 'high'),
        'normal', count(tickets.id) filter (where priority = 'normal'),
        'low', count(tickets.id) filter (where priority = 'low')
    ),
    'queue_id', queues.id
)
from public.queues
left join public.tickets on queues.id = queue_id
    and status_category not in ('solved', 'closed')
where key = %s group by queues.id
"""


def statuses_are_exact(db):
    """Return whether every queue status equals the one counted row by row."""
    return all(
        db.call("admin", "get_queue_status", queue=key) == db.scalar(ACTUAL_STATUS, key)
        for key in QUEUES
    )


def reported_counts(db):
    return {queue["key"]: queue["counts"] for queue in db.rows("admin", "list_queues")}


def random_change(db, dice, tickets):
    """Try one change, permitted or not, on one of the tickets."""
    ticket, who = dice.choice(tickets), dice.choice(STAFF)
    act = dice.choice(
        [
            lambda: tickets.append(
                db.create_ticket(type=dice.choice(["task", "problem"]))
            ),
            lambda: db.set_status(ticket, dice.choice(CATEGORIES), who),
            lambda: db.set_status(ticket, dice.choice(CATEGORIES), who),
            lambda: db.assign(ticket, who),
            lambda: db.comment("customer", ticket),
            lambda: db.comment(who, ticket),
            lambda: db.execute(REQUEUE, id_of(dice.choice(QUEUES)), ticket["id"]),
            lambda: db.execute(
                "delete from public.tickets where id = %s", ticket["id"]
            ),
            lambda: db.close(ticket),
            lambda: db.execute(FOLD),
            lambda: db.execute(PRIORITY, dice.choice(PRIORITIES), ticket["id"]),
        ]
    )
    with ignoring("PT403", "PT404", "PT409", "PT422", "23503"):
        act()


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_exact_after_random_changes(db, seed):
    dice = random.Random(seed)  # noqa: S311

    for _ in range(6):
        tickets = [db.create_ticket(queue=dice.choice(QUEUES)) for _ in range(2)]
        for _ in range(25):
            random_change(db, dice, tickets)
        assert reported_counts(db) == actual_counts(db)
        assert statuses_are_exact(db)


def concurrent_change(db, dice, tickets, turn):
    if turn % 10 == 0:
        db.call(WORKER, "close_solved_tickets")
    elif turn % 3 == 0:
        tickets.append(db.create_ticket())
    elif turn % 3 == 1:
        db.assign(dice.choice(tickets), dice.choice(STAFF))
    else:
        db.set_status(dice.choice(tickets), dice.choice(CATEGORIES))


def test_counts_are_exact_under_concurrent_changes_and_folds(connect):
    connections = [connect() for _ in range(6)]
    folding = [connect() for _ in range(2)]
    shared = [connections[0].create_ticket() for _ in range(5)]

    def work(number):
        db, dice = connections[number], random.Random(number)  # noqa: S311
        for turn in range(25):
            with ignoring("PT409"):  # and never a deadlock
                concurrent_change(db, dice, shared, turn)

    def fold(db):
        for _ in range(40):
            db.execute(FOLD)
            assert min(reported_counts(db)["support"].values()) >= 0

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(work, number) for number in range(len(connections))]
        done += [pool.submit(fold, db) for db in folding]
        for each in done:
            each.result(60)

    assert reported_counts(connections[0]) == actual_counts(connections[0])
    assert statuses_are_exact(connections[0])


def test_uncommitted_changes_are_not_counted(connect):
    db, other = connect(), connect()
    before = reported_counts(other)

    with db.connection.transaction(force_rollback=True):
        db.create_ticket()
        assert reported_counts(other) == before
        assert reported_counts(db) == actual_counts(db)

    assert reported_counts(db) == before


def test_folding_leaves_one_row_a_count(db):
    for _ in range(10):
        db.set_status(db.create_ticket(), "open")

    db.execute(FOLD)

    rows = db.execute("select category::text, difference from private.queue_counts")
    assert list(rows) == [("open", 10)]


def test_folding_skips_locked_rows(connect):
    db, other = connect(), connect()
    db.create_ticket()

    with db.connection.transaction():
        db.execute("select from private.queue_counts for update")
        other.execute(FOLD)  # returns at once
        other.create_ticket()
        assert reported_counts(other) == actual_counts(other)

    assert reported_counts(db) == actual_counts(db)
