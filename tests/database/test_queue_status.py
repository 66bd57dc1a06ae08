"""How a queue stands, who may know, and how it is told: seldom enough, and the last."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from shared.queues import QueueStatus, QueueStatusChanged

from .cast import PEOPLE, id_of
from .desk import ANYBODY, WORKER, refused

pytestmark = pytest.mark.slow

SUPPORT = str(id_of("support"))
TOLD = """
select payload, topic, private from realtime.messages
where event = 'QUEUE_STATUS_CHANGED' order by payload ->> 'occurred_at'
"""


def status(desk, who="agent", queue="support"):
    return desk.call(who, "get_queue_status", queue=queue)


def limit(desk, who, minutes, queue="support"):
    changes = {"wait_limit_minutes": minutes}
    return desk.call(who, "change_queue", queue=queue, changes=changes)


def let_wait(desk, hours):
    """Let all tickets have waited for so long."""
    desk.run("alter table public.tickets disable trigger user")
    desk.run(
        "update public.tickets set waiting_since = now() - make_interval(hours => %s)",
        hours,
    )
    desk.run("alter table public.tickets enable trigger user")


@pytest.mark.parametrize("queue", ["support", SUPPORT])
def test_it_is_found_by_key_or_id_and_holds_what_the_model_reads(desk, queue):
    desk.ticket(priority="urgent")

    told = QueueStatus.model_validate(status(desk, queue=queue))

    assert (told.new, told.waiting, told.unassigned) == (1, 1, 1)
    assert told.by_priority == {"urgent": 1, "high": 0, "normal": 0, "low": 0}
    assert told.oldest_waiting_since is not None


def test_an_empty_queue_stands_at_nothing(desk):
    told = status(desk)

    assert told["oldest_waiting_since"] is None
    assert {told[name] for name in ("new", "open", "pending", "on_hold")} == {0}


@pytest.mark.parametrize("who", PEOPLE)
def test_those_know_who_read_the_queue(desk, who):
    if who in ("agent", "neighbour", "lead", "admin"):
        assert status(desk, who)["queue_id"] == SUPPORT
    else:
        with refused("PT404", "not-found"):
            status(desk, who)


def test_what_waits_longer_than_allowed_is_breaching(desk):
    desk.ticket()
    let_wait(desk, 3)
    assert status(desk)["breaching"] == {"count": 0, "exact": True}

    limit(desk, "lead", 120)
    assert status(desk)["breaching"] == {"count": 1, "exact": True}

    limit(desk, "lead", 240)
    assert status(desk)["breaching"]["count"] == 0

    limit(desk, "lead", None)
    assert status(desk)["breaching"]["count"] == 0


def test_what_waits_for_others_is_not_breaching(desk):
    ticket = desk.ticket_in("pending")
    let_wait(desk, 3)

    limit(desk, "lead", 1)

    assert desk.now(ticket)["waiting_on"] == "customer"
    assert status(desk)["breaching"]["count"] == 0


@pytest.mark.parametrize(
    ("who", "code"),
    [("lead", None), ("admin", None), ("agent", "PT403"), ("biller", "PT404"),
     ("customer", "PT404"), (ANYBODY, "42501")],
)  # fmt: skip
def test_leads_say_how_long_their_queue_may_wait(desk, who, code):
    if code is None:
        assert limit(desk, who, 60)["wait_limit_minutes"] == 60
    else:
        with refused(code):
            limit(desk, who, 60)


@pytest.mark.parametrize("minutes", [0, -1, 2**31 - 1])
def test_a_limit_that_makes_no_sense_is_refused(desk, minutes):
    with refused("23514"):
        limit(desk, "lead", minutes)


# Telling --------------------------------------------------------------------


def refresh(desk, ticket):
    """React to the last event of a ticket, as a worker does."""
    return desk.call(
        WORKER, "refresh_queue_status", event=desk.events(ticket)[-1]["id"]
    )


def told(desk):
    return [row[0]["status"] for row in desk.run(TOLD)]


def a_second_later(desk):
    desk.run(
        "update private.queue_status_broadcasts"
        " set sent_at = sent_at - interval '1 second',"
        " pending_until = pending_until - interval '1 second'"
    )


def test_a_change_is_told_to_the_queue_with_how_it_stands(desk):
    ticket = desk.ticket()

    assert refresh(desk, ticket) is None

    [(payload, topic, private)] = desk.run(TOLD)
    assert (topic, private) == (f"queue:{SUPPORT}", True)
    assert set(payload) - {"id"} == set(QueueStatusChanged.model_fields)
    assert str(QueueStatusChanged.model_validate(payload).queue_id) == SUPPORT
    assert payload["status"] == status(desk)


def test_what_has_been_told_is_not_told_again(desk):
    ticket = desk.ticket()
    refresh(desk, ticket)
    a_second_later(desk)

    assert refresh(desk, ticket) is None
    assert desk.call(WORKER, "broadcast_queue_statuses") is None

    assert len([each for each in told(desk) if each["queue_id"] == SUPPORT]) == 1


def test_within_a_second_one_promises_and_the_others_rely_on_it(desk):
    refresh(desk, desk.ticket())

    seconds = [refresh(desk, desk.ticket()) for _ in range(3)]
    a_second_later(desk)
    again = desk.call(WORKER, "broadcast_queue_statuses", pending=True)

    assert 0 < seconds[0] <= 1
    assert [*seconds[1:], again] == [None, None, None]
    assert [each["new"] for each in told(desk)] == [1, 4]


def test_a_promise_that_is_kept_early_is_kept_again(desk):
    refresh(desk, desk.ticket())
    refresh(desk, desk.ticket())

    early = desk.call(WORKER, "broadcast_queue_statuses", pending=True)
    a_second_later(desk)
    late = desk.call(WORKER, "broadcast_queue_statuses", pending=True)

    assert 0 < early <= 1
    assert late is None
    assert [each["new"] for each in told(desk)] == [1, 2]


def test_a_promise_that_nobody_kept_holds_nobody_up(desk):
    refresh(desk, desk.ticket())
    refresh(desk, desk.ticket())  # promises, and is killed
    for _ in range(7):
        a_second_later(desk)

    assert refresh(desk, desk.ticket()) is None

    assert [each["new"] for each in told(desk)] == [1, 3]


def test_the_minute_finds_what_everybody_lost(desk):
    refresh(desk, desk.ticket())
    refresh(desk, desk.ticket())  # promises, and is killed
    a_second_later(desk)

    assert desk.call(WORKER, "broadcast_queue_statuses") is None

    assert [each["new"] for each in told(desk) if each["queue_id"] == SUPPORT] == [1, 2]


def test_the_minute_tells_what_time_alone_has_changed(desk):
    refresh(desk, desk.ticket())
    limit(desk, "lead", 60)
    desk.call(WORKER, "broadcast_queue_statuses")
    a_second_later(desk)
    desk.run("update public.queues set wait_limit = interval '1 minute'")
    let_wait(desk, 1)

    desk.call(WORKER, "broadcast_queue_statuses")

    [*_, last] = [each for each in told(desk) if each["queue_id"] == SUPPORT]
    assert last["breaching"]["count"] == 1


def test_who_moves_to_another_queue_changes_both(desk):
    ticket = desk.ticket()
    desk.run(
        "update public.tickets set queue_id = %s where id = %s",
        id_of("billing"),
        ticket["id"],
    )

    refresh(desk, ticket)

    assert {each["queue_id"]: each["new"] for each in told(desk)} == {
        SUPPORT: 0,
        str(id_of("billing")): 1,
    }


@pytest.mark.parametrize(
    "function", ["refresh_queue_status", "broadcast_queue_statuses"]
)
@pytest.mark.parametrize("who", [*PEOPLE, ANYBODY])
def test_workers_alone_tell(desk, who, function):
    given = {"event": SUPPORT} if function == "refresh_queue_status" else {}

    with refused("42501"):
        desk.call(who, function, **given)


def test_an_event_that_is_gone_is_told_of_nowhere(desk):
    assert desk.call(WORKER, "refresh_queue_status", event=SUPPORT) is None
    assert told(desk) == []


def test_writers_never_wait_for_who_tells(office):
    desk, teller = office(), office()
    refresh(desk, desk.ticket())

    with teller.connection.transaction():
        teller.run("select from private.queue_status_broadcasts for update")
        ticket = desk.ticket()  # returns at once
        desk.move(ticket, "open")

    assert status(desk)["open"] == 1


def work(desk, promises):
    """Write and react as fast as one can."""
    for _ in range(12):
        ticket = desk.ticket()
        promises.append(refresh(desk, ticket))
        desk.move(ticket, "open")
        promises.append(refresh(desk, ticket))


def keep(desk, promises, busy):
    """Keep promises, each in its time."""
    while busy() or promises:
        if promises and (seconds := promises.pop()) is not None:
            time.sleep(seconds)
            promises.append(desk.call(WORKER, "broadcast_queue_statuses", pending=True))
        time.sleep(0.01)


def test_many_workers_tell_once_a_second_and_the_last_state(office):
    keeper, *workers = [office() for _ in range(9)]
    promises = []

    with ThreadPoolExecutor(9) as pool:
        working = [pool.submit(work, desk, promises) for desk in workers]
        keeping = pool.submit(
            keep, keeper, promises, lambda: not all(each.done() for each in working)
        )
        for each in [*working, keeping]:
            each.result(100)

    moments = [
        datetime.fromisoformat(row[0]["occurred_at"]) for row in keeper.run(TOLD)
    ]
    gaps = [late - early for early, late in pairwise(moments)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps)
    assert told(keeper)[-1]["open"] == 96 == status(keeper)["open"]
