"""Working bulk updates off: many workers and people at once, killed at any line."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .bulk import begin, ends, items, look, undo
from .cast import id_of
from .desk import WORKER, forgiving, refused

pytestmark = pytest.mark.slow

ONCE = """
select count(*), count(distinct ticket_id) from public.ticket_events
where batch_id = %s and type = 'TICKET_UPDATED'
"""
KEPT = "select coalesce(jsonb_object_agg(person_id, load), '{}') from public.agents"
COUNTED = """
select coalesce(jsonb_object_agg(agents.person_id, (
    select count(*) from public.tickets
    where assignee_id = agents.person_id and status_category in ('new', 'open')
)), '{}') from public.agents
"""


def claim(desk):
    return desk.call(WORKER, "claim_bulk_update")


def apply(desk, claimed, max_items=50):
    return desk.call(
        WORKER,
        "apply_bulk_chunk",
        bulk_update=claimed["id"],
        attempt=claimed["attempt"],
        max_items=max_items,
    )


def lease_ends(desk):
    desk.run(
        "update private.bulk_updates set due_at = now() - interval '1 second'"
        " where finished_at is null"
    )


def run_dry(desk, max_items=50):
    """Work until nothing is unfinished, as a worker that looks again and again."""
    while desk.one(
        "select count(*) from private.bulk_updates where finished_at is null"
    ):
        claimed = claim(desk)
        if claimed:
            apply(desk, claimed, max_items)


def test_many_workers_and_people_at_once_do_every_item_once(office):
    """No deadlock: it would be raised in a worker or in a person's own command."""
    desk = office()
    tickets = [desk.ticket() for _ in range(60)]
    people = ["agent", "neighbour", "lead", "admin"]
    jobs = [
        (who, begin(desk, turned, who, **change))
        for number, who in enumerate(people)
        for turned in [tickets[number * 15 :] + tickets[: number * 15]]
        for change in (
            {"add_tags": [f"of-{who}"]},
            {"assignee": "me"} if who in ("agent", "neighbour") else
            {"assignee": str(id_of(["agent", "neighbour"][number % 2]))},
        )
    ]  # fmt: skip

    def handle(mine, seed):
        for turn in range(40):
            ticket = tickets[(seed * 31 + turn * 7) % len(tickets)]
            mine.assign(ticket, ["agent", "neighbour"][(seed + turn) % 2])
            mine.say("customer", ticket)

    desks = [office() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        running = [
            *(pool.submit(handle, desks[seed], seed) for seed in range(4)),
            *(pool.submit(run_dry, mine, 7) for mine in desks[4:]),
        ]
        for each in running:
            each.result()

    for who, job in jobs:
        after = look(desk, job, who)
        assert (after["state"], after["total"]) == ("finished", 60)
        assert after["done"] + after["skipped"] + after["failed"] == 60
        assert None not in [
            item["result"] for item in items(desk, job, who, page_size=60)
        ]
    for who, job in jobs[::2]:
        assert {item["result"] for item in items(desk, job, who, page_size=60)} == {
            "done"
        }
        assert desk.run(ONCE, job["id"]).fetchone() == (60, 60)
    assert desk.one(KEPT) == desk.one(COUNTED)


def test_a_worker_cut_off_half_way_leaves_nothing_half_done(office):
    desk, worker, holder = office(), office(), office()
    tickets = [desk.ticket() for _ in range(4)]
    job = begin(desk, tickets, priority="low")
    claimed = claim(desk)

    with holder.connection.transaction():
        holder.run("select from public.tickets where id = %s for update",
                   max(each["id"] for each in tickets))  # fmt: skip
        with ThreadPoolExecutor(1) as pool:
            cut_off = pool.submit(apply, worker, claimed)
            desk.wait_for_waiting(1)
            desk.run(
                "select pg_terminate_backend(%s)", worker.connection.info.backend_pid
            )
            with pytest.raises(psycopg.OperationalError):
                cut_off.result()

    assert [desk.now(each) for each in tickets] == tickets
    assert claim(desk) is None  # it is leased to whoever was cut off
    lease_ends(desk)
    run_dry(desk)
    assert ends(desk, job) == ["done"] * 4
    assert desk.run(ONCE, job["id"]).fetchone() == (4, 4)


def test_an_answer_that_was_lost_is_no_second_turn(office):
    desk = office()
    tickets = [desk.ticket() for _ in range(4)]
    job = begin(desk, tickets, priority="low")
    claimed = claim(desk)
    apply(desk, claimed, max_items=2)

    again = apply(desk, claimed, max_items=2)

    assert again is None
    run_dry(desk)
    assert desk.run(ONCE, job["id"]).fetchone() == (4, 4)


def test_whoever_comes_after_its_lease_finds_it_taken(office):
    desk = office()
    begin(desk, [desk.ticket()], priority="low")
    late = claim(desk)
    lease_ends(desk)
    taken = claim(desk)

    assert (late["attempt"], taken["attempt"]) == (1, 2)
    assert apply(desk, late) is None
    assert apply(desk, taken)["done"] == 1


def test_what_is_being_worked_on_is_given_to_nobody_else(office):
    desk, worker = office(), office()
    begin(desk, [desk.ticket()], priority="low")
    claimed = claim(desk)
    lease_ends(desk)

    with worker.connection.transaction():
        apply(worker, claimed)
        assert claim(desk) is None

    assert claim(desk) is None  # it is finished


def test_bulk_updates_are_worked_in_turn(office):
    desk = office()
    jobs = [begin(desk, [desk.ticket(), desk.ticket()], who, priority="low")
            for who in ("agent", "neighbour")]  # fmt: skip

    turns = []
    while claimed := claim(desk):
        turns.append(claimed["id"])
        apply(desk, claimed, max_items=1)

    first, second = (job["id"] for job in jobs)
    assert turns == [first, second, first, second]


def break_on(desk, ticket):
    """Let the database fail at one ticket, as a mistake of ours would."""
    desk.run(
        "create function private.break_down() returns trigger language plpgsql"
        " set search_path = '' as $$ begin"
        "  raise sqlstate 'XX000' using message = 'a bug'; end $$"
    )
    desk.run(
        "create trigger break_down before update on public.tickets for each row"
        f" when (new.id = '{ticket['id']}') execute function private.break_down()"
    )


def test_a_ticket_that_breaks_the_desk_does_not_hold_up_the_others(office):
    desk = office()
    tickets = [desk.ticket() for _ in range(4)]
    job = begin(desk, tickets, priority="low")
    break_on(desk, tickets[1])

    failures = 0
    while look(desk, job)["state"] != "finished":
        lease_ends(desk)
        try:
            apply(desk, claim(desk))
        except psycopg.errors.InternalError:
            failures += 1

    assert ends(desk, job) == ["done", "internal-error", "done", "done"]
    assert failures == 6
    assert desk.run(ONCE, job["id"]).fetchone() == (3, 3)


def test_a_lock_is_waited_for_before_anything_is_changed(office):
    """Whoever holds a ticket and wants another never waits for us in a ring."""
    desk, worker, person = office(), office(), office()
    first, second = sorted(
        (desk.ticket() for _ in range(2)), key=lambda ticket: ticket["id"]
    )
    begin(desk, [second, first], priority="low")
    claimed = claim(desk)

    with ThreadPoolExecutor(1) as pool:
        with person.connection.transaction():
            person.say("agent", first)
            working = pool.submit(apply, worker, claimed)
            desk.wait_for_waiting(1)
            person.say("agent", second)
        assert working.result()["done"] == 2


def test_whoever_is_deleted_meanwhile_waits_for_the_chunk(office):
    desk, worker, holder, other = (office() for _ in range(4))
    tickets = [desk.ticket() for _ in range(2)]
    job = begin(desk, tickets, "neighbour", priority="low")
    claimed = claim(desk)
    delete = "delete from auth.users where id = %s"

    with ThreadPoolExecutor(2) as pool:
        with holder.connection.transaction():
            holder.run("select from public.tickets where id = %s for update",
                       tickets[0]["id"])  # fmt: skip
            working = pool.submit(apply, worker, claimed)
            desk.wait_for_waiting(1)
            deleting = pool.submit(other.run, delete, id_of("neighbour"))
            desk.wait_for_waiting(2)
        assert working.result()["done"] == 2
        deleting.result()

    assert desk.run(ONCE, job["id"]).fetchone() == (2, 2)
    assert claim(desk) is None


def test_two_requests_at_once_are_not_both_the_fifth(office):
    desk, other = office(), office()
    ticket = desk.ticket()
    for _ in range(4):
        begin(desk, [ticket], priority="low")

    with ThreadPoolExecutor(1) as pool:
        with desk.connection.transaction():
            begin(desk, [ticket], priority="low")
            late = pool.submit(begin, other, [ticket], priority="low")
            desk.wait_for_waiting(1)
        with refused("PT409", "too-many-bulk-updates"):
            late.result()


def test_an_undo_beside_its_owner_at_work_reverts_what_is_untouched_alone(office):
    desk, person = office(), office()
    tickets = [desk.ticket() for _ in range(20)]
    job = begin(desk, tickets, priority="low")
    run_dry(desk)
    back = undo(desk, job)

    def write():
        for ticket in reversed(tickets):
            with forgiving("PT409"):
                person.move(ticket, "open")

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        run_dry(desk, max_items=3)
        writing.result()

    reverted = dict(
        zip((each["id"] for each in tickets), ends(desk, back), strict=True)
    )
    for ticket in tickets:
        story = desk.story(ticket)
        undone = story.count("TICKET_UPDATED") == 2
        assert undone == (reverted[ticket["id"]] == "done")
        assert desk.now(ticket)["status"] == "open"
