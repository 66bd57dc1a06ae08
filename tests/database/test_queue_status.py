"""Queue status: who reads it, and its broadcasts, at most one a second."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.queues import QueueStatus, QueueStatusChanged
from tests.moving_time import pass_time

from .acting import WORKER, refused
from .arrange import move_to_queue
from .personas import PEOPLE, id_of
from .service_levels import compute, make_policy

pytestmark = pytest.mark.slow

SUPPORT = str(id_of("support"))
BROADCASTS = """
select payload, topic, private from realtime.messages
where event = 'QUEUE_STATUS_CHANGED' and topic like '%%:internal'
order by payload ->> 'occurred_at'
"""
BESIDE = """
select payload - 'id', topic from realtime.messages
where event = 'QUEUE_STATUS_CHANGED' and topic not like '%%:internal'
"""


def get_status(db, who="agent", queue="support"):
    return db.call(who, "get_queue_status", queue=queue)


@pytest.mark.parametrize("queue", ["support", SUPPORT])
def test_queue_status_is_found_by_key_or_id_and_fits_its_model(db, queue):
    db.create_ticket(priority="urgent")

    status = QueueStatus.model_validate(get_status(db, queue=queue))

    assert (status.new, status.waiting, status.unassigned) == (1, 1, 1)
    assert status.by_priority == {"urgent": 1, "high": 0, "normal": 0, "low": 0}
    assert status.oldest_waiting_since is not None


def test_an_empty_queue_has_counts_of_zero(db):
    status = get_status(db)

    assert status["oldest_waiting_since"] is None
    assert {status[name] for name in ("new", "open", "pending", "on_hold")} == {0}


@pytest.mark.parametrize("who", PEOPLE)
def test_queue_status_is_for_readers_of_the_queue(db, who):
    if who in ("agent", "neighbour", "lead", "admin"):
        assert get_status(db, who)["queue_id"] == SUPPORT
    else:
        with refused("PT404", "not-found"):
            get_status(db, who)


def test_tickets_with_an_overdue_service_level_are_breaching(db):
    make_policy(db, targets={"first_reply": {"normal": 60, "low": 240}})
    tickets = [db.create_ticket(priority=level) for level in ("normal", "low")]
    compute(db, *tickets)
    pass_time(db.connection, minutes=60)
    assert get_status(db)["breaching"] == {"count": 0, "exact": True}

    pass_time(db.connection, seconds=1)
    assert get_status(db)["breaching"] == {"count": 1, "exact": True}

    db.comment("agent", tickets[0])
    compute(db, tickets[0])
    assert get_status(db)["breaching"]["count"] == 0


# Broadcasts -----------------------------------------------------------------


def react(db, ticket):
    """React to the last event of a ticket, as a worker does."""
    return db.call(WORKER, "refresh_queue_status", event=db.events(ticket)[-1]["id"])


def broadcast_statuses(db):
    return [row[0]["status"] for row in db.execute(BROADCASTS)]


def a_second_later(db):
    db.execute(
        "update private.queue_status_broadcasts"
        " set sent_at = sent_at - interval '1 second',"
        " pending_until = pending_until - interval '1 second'"
    )


def test_changes_broadcast_the_status_to_the_queue(db):
    ticket = db.create_ticket()

    assert react(db, ticket) is None

    [(payload, topic, private)] = db.execute(BROADCASTS)
    assert (topic, private) == (f"queue:{SUPPORT}:internal", True)
    same = {name: payload[name] for name in payload if name != "id"}
    assert db.execute(BESIDE).fetchall() == [(same, f"queue:{SUPPORT}")]
    assert set(payload) - {"id"} == set(QueueStatusChanged.model_fields)
    assert str(QueueStatusChanged.model_validate(payload).queue_id) == SUPPORT
    assert payload["status"] == get_status(db)


def test_unchanged_statuses_are_not_broadcast_again(db):
    ticket = db.create_ticket()
    react(db, ticket)
    a_second_later(db)

    assert react(db, ticket) is None
    assert db.call(WORKER, "broadcast_queue_statuses") is None

    assert (
        len([each for each in broadcast_statuses(db) if each["queue_id"] == SUPPORT])
        == 1
    )


def test_within_a_second_one_worker_schedules_the_next_broadcast(db):
    react(db, db.create_ticket())

    seconds = [react(db, db.create_ticket()) for _ in range(3)]
    a_second_later(db)
    again = db.call(WORKER, "broadcast_queue_statuses", pending=True)

    assert 0 < seconds[0] <= 1
    assert [*seconds[1:], again] == [None, None, None]
    assert [each["new"] for each in broadcast_statuses(db)] == [1, 4]


def test_pending_broadcasts_sent_too_early_are_scheduled_again(db):
    react(db, db.create_ticket())
    react(db, db.create_ticket())

    early = db.call(WORKER, "broadcast_queue_statuses", pending=True)
    a_second_later(db)
    late = db.call(WORKER, "broadcast_queue_statuses", pending=True)

    assert 0 < early <= 1
    assert late is None
    assert [each["new"] for each in broadcast_statuses(db)] == [1, 2]


def test_lost_pending_broadcasts_expire(db):
    react(db, db.create_ticket())
    react(db, db.create_ticket())  # schedules a retry, and is killed
    for _ in range(7):
        a_second_later(db)

    assert react(db, db.create_ticket()) is None

    assert [each["new"] for each in broadcast_statuses(db)] == [1, 3]


def test_the_scheduler_sends_lost_broadcasts(db):
    react(db, db.create_ticket())
    react(db, db.create_ticket())  # schedules a retry, and is killed
    a_second_later(db)

    assert db.call(WORKER, "broadcast_queue_statuses") is None

    assert [
        each["new"] for each in broadcast_statuses(db) if each["queue_id"] == SUPPORT
    ] == [1, 2]


def test_the_scheduler_broadcasts_breaches_caused_by_time(db):
    make_policy(db)
    ticket = db.create_ticket(priority="urgent")
    compute(db, ticket)
    db.call(WORKER, "broadcast_queue_statuses")
    a_second_later(db)
    pass_time(db.connection, minutes=31)

    db.call(WORKER, "broadcast_queue_statuses")

    [*_, last] = [
        each for each in broadcast_statuses(db) if each["queue_id"] == SUPPORT
    ]
    assert last["breaching"]["count"] == 1


def test_moving_a_ticket_broadcasts_both_queues(db):
    ticket = db.create_ticket()
    move_to_queue(db, ticket, "billing")

    react(db, ticket)

    assert {each["queue_id"]: each["new"] for each in broadcast_statuses(db)} == {
        SUPPORT: 0,
        str(id_of("billing")): 1,
    }


def test_missing_events_are_not_broadcast(db):
    assert db.call(WORKER, "refresh_queue_status", event=SUPPORT) is None
    assert broadcast_statuses(db) == []


def test_writers_never_wait_for_broadcasts(connect):
    db, broadcaster = connect(), connect()
    react(db, db.create_ticket())

    with broadcaster.connection.transaction():
        broadcaster.execute("select from private.queue_status_broadcasts for update")
        ticket = db.create_ticket()  # returns at once
        db.set_status(ticket, "open")

    assert get_status(db)["open"] == 1


def change_tickets(db, retries):
    """Change tickets and react as fast as possible."""
    for _ in range(12):
        ticket = db.create_ticket()
        retries.append(react(db, ticket))
        db.set_status(ticket, "open")
        retries.append(react(db, ticket))


def run_retries(db, retries, busy):
    """Run the scheduled retries, each in its time."""
    while busy() or retries:
        if retries and (seconds := retries.pop()) is not None:
            time.sleep(seconds)
            retries.append(db.call(WORKER, "broadcast_queue_statuses", pending=True))
        time.sleep(0.01)


def test_concurrent_workers_broadcast_once_a_second_and_the_last_status(connect):
    scheduler, *workers = [connect() for _ in range(9)]
    retries = []

    with ThreadPoolExecutor(9) as pool:
        working = [pool.submit(change_tickets, db, retries) for db in workers]
        retrying = pool.submit(
            run_retries,
            scheduler,
            retries,
            lambda: not all(each.done() for each in working),
        )
        for each in [*working, retrying]:
            each.result(100)

    times = [
        datetime.fromisoformat(row[0]["occurred_at"])
        for row in scheduler.execute(BROADCASTS)
    ]
    gaps = [late - early for early, late in pairwise(times)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps)
    assert (
        broadcast_statuses(scheduler)[-1]["open"] == 96 == get_status(scheduler)["open"]
    )
