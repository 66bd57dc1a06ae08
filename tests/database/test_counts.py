"""Live counts are exact at every commit, whoever writes at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from .cast import id_of
from .desk import WORKER, forgiving

pytestmark = pytest.mark.slow

CATEGORIES = ("new", "open", "pending", "on_hold", "solved", "closed")
STAFF = ("agent", "neighbour", "lead", "admin")
QUEUES = ("support", "billing")
REQUEUE = "update public.tickets set queue_id = %s where id = %s"
PRIORITIES = ("urgent", "high", "normal", "low")
PRIORITY = "update public.tickets set priority = %s where id = %s"
FOLD = "select private.fold_queue_counts()"


def counted(desk):
    """Return the truth: what is there, counted row by row."""
    zero = {key: dict.fromkeys(CATEGORIES, 0) for key in QUEUES}
    for key, category, tickets in desk.run(
        "select key, status_category::text, count(*) from public.tickets"
        " join public.queues on queues.id = queue_id group by 1, 2"
    ):
        zero[key][category] = tickets
    return zero


STANDING = """
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
            where waiting_on = 'agent' and waiting_since < now() - wait_limit
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


def stand_as_counted(desk):
    """Say whether every queue stands as it does when it is counted row by row."""
    return all(
        desk.call("admin", "get_queue_status", queue=key) == desk.one(STANDING, key)
        for key in QUEUES
    )


def told(desk):
    return {
        queue["key"]: queue["counts"] for queue in desk.rows("admin", "list_queues")
    }


def do_something(desk, dice, tickets):
    """Try one thing, allowed or not, on one of the tickets."""
    ticket, who = dice.choice(tickets), dice.choice(STAFF)
    act = dice.choice(
        [
            lambda: tickets.append(desk.ticket(type=dice.choice(["task", "problem"]))),
            lambda: desk.move(ticket, dice.choice(CATEGORIES), who),
            lambda: desk.move(ticket, dice.choice(CATEGORIES), who),
            lambda: desk.assign(ticket, who),
            lambda: desk.say("customer", ticket),
            lambda: desk.say(who, ticket),
            lambda: desk.run(REQUEUE, id_of(dice.choice(QUEUES)), ticket["id"]),
            lambda: desk.run("delete from public.tickets where id = %s", ticket["id"]),
            lambda: desk.let_close(ticket),
            lambda: desk.run(FOLD),
            lambda: desk.run(PRIORITY, dice.choice(PRIORITIES), ticket["id"]),
        ]
    )
    with forgiving("PT403", "PT404", "PT409", "PT422", "23503"):
        act()


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_exact_whatever_is_done(desk, seed):
    dice = random.Random(seed)  # noqa: S311

    for _ in range(6):
        tickets = [desk.ticket(queue=dice.choice(QUEUES)) for _ in range(2)]
        for _ in range(25):
            do_something(desk, dice, tickets)
        assert told(desk) == counted(desk)
        assert stand_as_counted(desk)


def change(desk, dice, tickets, turn):
    if turn % 10 == 0:
        desk.call(WORKER, "close_solved_tickets")
    elif turn % 3 == 0:
        tickets.append(desk.ticket())
    elif turn % 3 == 1:
        desk.assign(dice.choice(tickets), dice.choice(STAFF))
    else:
        desk.move(dice.choice(tickets), dice.choice(CATEGORIES))


def test_counts_are_exact_when_many_change_at_once_and_fold(office):
    desks = [office() for _ in range(6)]
    folders = [office() for _ in range(2)]
    shared = [desks[0].ticket() for _ in range(5)]

    def work(number):
        desk, dice = desks[number], random.Random(number)  # noqa: S311
        for turn in range(25):
            with forgiving("PT409"):  # and never a deadlock
                change(desk, dice, shared, turn)

    def fold(desk):
        for _ in range(40):
            desk.run(FOLD)
            assert min(told(desk)["support"].values()) >= 0

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(work, number) for number in range(len(desks))]
        done += [pool.submit(fold, desk) for desk in folders]
        for each in done:
            each.result(60)

    assert told(desks[0]) == counted(desks[0])
    assert stand_as_counted(desks[0])


def test_what_is_not_committed_is_not_counted(office):
    desk, other = office(), office()
    before = told(other)

    with desk.connection.transaction(force_rollback=True):
        desk.ticket()
        assert told(other) == before
        assert told(desk) == counted(desk)

    assert told(desk) == before


def test_folding_leaves_one_row_a_sum(desk):
    for _ in range(10):
        desk.move(desk.ticket(), "open")

    desk.run(FOLD)

    rows = desk.run("select category::text, difference from private.queue_counts")
    assert list(rows) == [("open", 10)]


def test_a_fold_leaves_to_another_what_that_one_holds(office):
    desk, other = office(), office()
    desk.ticket()

    with desk.connection.transaction():
        desk.run("select from private.queue_counts for update")
        other.run(FOLD)  # returns at once
        other.ticket()
        assert told(other) == counted(other)

    assert told(desk) == counted(desk)
