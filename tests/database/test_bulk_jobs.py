"""Running bulk updates: concurrent workers and people, killed at any time."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .acting import ignoring, refused
from .arrange import delete_account
from .assigning import assert_loads_are_exact
from .bulk import (
    apply_chunk,
    claim_job,
    expire_leases,
    get_bulk_update,
    item_results,
    items,
    start,
    undo,
)
from .personas import id_of

pytestmark = pytest.mark.slow

ONCE = """
select count(*), count(distinct ticket_id) from public.ticket_events
where batch_id = %s and type = 'TICKET_UPDATED'
"""


def run_until_finished(db, max_items=50):
    """Apply chunks until nothing is unfinished, as a worker that polls."""
    while db.scalar(
        "select count(*) from private.bulk_updates where finished_at is null"
    ):
        claimed = claim_job(db)
        if claimed:
            apply_chunk(db, claimed, max_items)


def test_concurrent_workers_and_people_apply_every_item_once(connect):
    """No deadlock: it would be raised in a worker or in a person's own command."""
    db = connect()
    tickets = [db.create_ticket() for _ in range(60)]
    people = ["agent", "neighbour", "lead", "admin"]
    jobs = [
        (who, start(db, turned, who, **change))
        for number, who in enumerate(people)
        for turned in [tickets[number * 15 :] + tickets[: number * 15]]
        for change in (
            {"add_tags": [f"of-{who}"]},
            {"assignee": "me"} if who in ("agent", "neighbour") else
            {"assignee": str(id_of(["agent", "neighbour"][number % 2]))},
        )
    ]  # fmt: skip

    def change_tickets(mine, seed):
        for turn in range(40):
            ticket = tickets[(seed * 31 + turn * 7) % len(tickets)]
            mine.assign(ticket, ["agent", "neighbour"][(seed + turn) % 2])
            mine.comment("customer", ticket)

    connections = [connect() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        running = [
            *(
                pool.submit(change_tickets, connections[seed], seed)
                for seed in range(4)
            ),
            *(pool.submit(run_until_finished, mine, 7) for mine in connections[4:]),
        ]
        for each in running:
            each.result()

    for who, job in jobs:
        after = get_bulk_update(db, job, who)
        assert (after["state"], after["total"]) == ("finished", 60)
        assert after["done"] + after["skipped"] + after["failed"] == 60
        assert None not in [
            item["result"] for item in items(db, job, who, page_size=60)
        ]
    for who, job in jobs[::2]:
        assert {item["result"] for item in items(db, job, who, page_size=60)} == {
            "done"
        }
        assert db.execute(ONCE, job["id"]).fetchone() == (60, 60)
    assert_loads_are_exact(db)


def test_killed_workers_leave_no_partial_chunk(connect):
    db, worker, holder = connect(), connect(), connect()
    tickets = [db.create_ticket() for _ in range(4)]
    job = start(db, tickets, priority="low")
    claimed = claim_job(db)

    with holder.connection.transaction():
        holder.execute("select from public.tickets where id = %s for update",
                       max(each["id"] for each in tickets))  # fmt: skip
        with ThreadPoolExecutor(1) as pool:
            cut_off = pool.submit(apply_chunk, worker, claimed)
            db.wait_for_blocked(1)
            db.execute(
                "select pg_terminate_backend(%s)", worker.connection.info.backend_pid
            )
            with pytest.raises(psycopg.OperationalError):
                cut_off.result()

    assert [db.reload(each) for each in tickets] == tickets
    assert claim_job(db) is None  # it is leased to whoever was cut off
    expire_leases(db)
    run_until_finished(db)
    assert item_results(db, job) == ["done"] * 4
    assert db.execute(ONCE, job["id"]).fetchone() == (4, 4)


def test_lost_responses_do_not_apply_a_chunk_again(connect):
    db = connect()
    tickets = [db.create_ticket() for _ in range(4)]
    job = start(db, tickets, priority="low")
    claimed = claim_job(db)
    apply_chunk(db, claimed, max_items=2)

    again = apply_chunk(db, claimed, max_items=2)

    assert again is None
    run_until_finished(db)
    assert db.execute(ONCE, job["id"]).fetchone() == (4, 4)


def test_workers_with_an_expired_lease_apply_nothing(connect):
    db = connect()
    start(db, [db.create_ticket()], priority="low")
    late = claim_job(db)
    expire_leases(db)
    taken = claim_job(db)

    assert (late["attempt"], taken["attempt"]) == (1, 2)
    assert apply_chunk(db, late) is None
    assert apply_chunk(db, taken)["done"] == 1


def test_running_chunks_are_not_claimed_again(connect):
    db, worker = connect(), connect()
    start(db, [db.create_ticket()], priority="low")
    claimed = claim_job(db)
    expire_leases(db)

    with worker.connection.transaction():
        apply_chunk(worker, claimed)
        assert claim_job(db) is None

    assert claim_job(db) is None  # it is finished


def test_bulk_updates_are_claimed_in_turns(connect):
    db = connect()
    jobs = [start(db, [db.create_ticket(), db.create_ticket()], who, priority="low")
            for who in ("agent", "neighbour")]  # fmt: skip

    turns = []
    while claimed := claim_job(db):
        turns.append(claimed["id"])
        apply_chunk(db, claimed, max_items=1)

    first, second = (job["id"] for job in jobs)
    assert turns == [first, second, first, second]


def fail_on(db, ticket):
    """Let the database fail at one ticket, as a bug would."""
    db.execute(
        "create function private.break_down() returns trigger language plpgsql"
        " set search_path = '' as $$ begin"
        "  raise sqlstate 'XX000' using message = 'a bug'; end $$"
    )
    db.execute(
        "create trigger break_down before update on public.tickets for each row"
        f" when (new.id = '{ticket['id']}') execute function private.break_down()"
    )


def test_internal_errors_fail_one_item_only(connect):
    db = connect()
    tickets = [db.create_ticket() for _ in range(4)]
    job = start(db, tickets, priority="low")
    fail_on(db, tickets[1])

    failures = 0
    while get_bulk_update(db, job)["state"] != "finished":
        expire_leases(db)
        try:
            apply_chunk(db, claim_job(db))
        except psycopg.errors.InternalError:
            failures += 1

    assert item_results(db, job) == ["done", "internal-error", "done", "done"]
    assert failures == 6
    assert db.execute(ONCE, job["id"]).fetchone() == (3, 3)


def test_chunks_lock_all_tickets_before_changing_any(connect):
    """Or somebody who has locked one ticket and needs another would deadlock."""
    db, worker, person = connect(), connect(), connect()
    first, second = sorted(
        (db.create_ticket() for _ in range(2)), key=lambda ticket: ticket["id"]
    )
    start(db, [second, first], priority="low")
    claimed = claim_job(db)

    with ThreadPoolExecutor(1) as pool:
        with person.connection.transaction():
            person.comment("agent", first)
            working = pool.submit(apply_chunk, worker, claimed)
            db.wait_for_blocked(1)
            person.comment("agent", second)
        assert working.result()["done"] == 2


def test_deleting_an_account_lets_its_running_chunk_end(connect):
    db, worker, holder, other = (connect() for _ in range(4))
    tickets = [db.create_ticket() for _ in range(2)]
    job = start(db, tickets, "neighbour", priority="low")
    claimed = claim_job(db)

    with ThreadPoolExecutor(2) as pool:
        with holder.connection.transaction():
            holder.execute("select from public.tickets where id = %s for update",
                           tickets[0]["id"])  # fmt: skip
            working = pool.submit(apply_chunk, worker, claimed)
            db.wait_for_blocked(1, working)
            deleting = pool.submit(delete_account, other, "neighbour")
            db.wait_for_blocked(2, working, deleting)
        assert working.result()["done"] == 2
        deleting.result()

    assert db.execute(ONCE, job["id"]).fetchone() == (2, 2)
    assert claim_job(db) is None


def test_concurrent_requests_keep_the_limit_of_five(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket()
    for _ in range(4):
        start(db, [ticket], priority="low")

    with db.blocking(start, other, [ticket], priority="low") as late:
        start(db, [ticket], priority="low")
    with refused("PT409", "too-many-bulk-updates"):
        late.result()


def test_concurrent_undo_reverts_untouched_tickets_only(connect):
    db, person = connect(), connect()
    tickets = [db.create_ticket() for _ in range(20)]
    job = start(db, tickets, priority="low")
    run_until_finished(db)
    back = undo(db, job)

    def write():
        for ticket in reversed(tickets):
            with ignoring("PT409"):
                person.set_status(ticket, "open")

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        run_until_finished(db, max_items=3)
        writing.result()

    reverted = dict(
        zip((each["id"] for each in tickets), item_results(db, back), strict=True)
    )
    for ticket in tickets:
        story = db.event_types(ticket)
        undone = story.count("TICKET_UPDATED") == 2
        assert undone == (reverted[ticket["id"]] == "done")
        assert db.reload(ticket)["status"] == "open"
