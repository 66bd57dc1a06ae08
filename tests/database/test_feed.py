"""The event feed: nothing missed, nothing twice, nothing hidden."""

import random
import threading

import pytest
from psycopg.types.json import Jsonb

from .acting import refused
from .arrange import insert_tickets
from .personas import PEOPLE

pytestmark = pytest.mark.slow


def read_feed(db, who, cursor=None, page_size=50):
    """Return all events after a cursor, and the last cursor."""
    found, moved = [], True
    while moved:
        arguments = {"page_size": page_size}
        if cursor is not None:
            arguments["after"] = cursor
        page = db.call(who, "list_events", **arguments)
        assert len(page["items"]) <= page_size
        moved = page["cursor"] != cursor
        cursor = page["cursor"]
        found += page["items"]
    return found, cursor


def event_ids(db, who, **options):
    return {event["id"] for event in read_feed(db, who, **options)[0]}


@pytest.fixture
def busy_db(connect):
    """A database with tickets of three customers in two queues, and notes."""
    db = connect()
    for who in ("customer", "stranger", "colleague"):
        for queue in ("support", "billing"):
            ticket = db.create_ticket(who, queue=queue)
            db.comment("admin", ticket)
            db.note(ticket, "admin")
    return db


def test_the_feed_equals_the_visible_rows_of_its_table(busy_db):
    for who in PEOPLE:
        visible = busy_db.read(who, "select id::text from public.ticket_events")

        pages = [read_feed(busy_db, who, page_size=size)[0] for size in (1, 7, 50)]

        for events in pages:
            assert len(events) == len(visible), who
            assert {event["id"] for event in events} == set(visible), who


def test_both_query_plans_of_the_feed_agree(busy_db):
    few = event_ids(busy_db, "customer")
    insert_tickets(busy_db, 201)  # more than are read one by one

    many = event_ids(busy_db, "customer")

    assert few < many
    assert len(many) == len(few) + 201


def test_empty_pages_keep_the_cursor(busy_db):
    _, cursor = read_feed(busy_db, "agent")

    page = busy_db.call("agent", "list_events", after=cursor)

    assert page == {"items": [], "cursor": cursor}


def test_the_feed_can_start_from_now(busy_db):
    start = busy_db.call("customer", "list_events", from_now=True)
    ticket = busy_db.create_ticket()

    events, _ = read_feed(busy_db, "customer", start["cursor"])

    assert start["items"] == []
    assert {event["ticket_id"] for event in events} == {ticket["id"]}


def test_a_page_scans_a_thousand_events_and_returns_its_cursor(connect):
    db = connect()
    insert_tickets(db, 1500, "billing", "stranger")
    mine = db.create_ticket()

    first = db.call("agent", "list_events")

    assert first["items"] == []
    assert {
        event["ticket_id"] for event in read_feed(db, "agent", first["cursor"])[0]
    } == {mine["id"]}


def test_events_of_open_transactions_are_not_skipped(connect):
    db, slow = connect(), connect()
    early, late = db.create_ticket(), db.create_ticket()
    seen, cursor = read_feed(db, "agent")

    with slow.connection.transaction():
        slow.comment("customer", early, "I began first.")
        db.comment("customer", late, "I came second, and was faster.")
        while_open, still = read_feed(db, "agent", cursor)
    after, _ = read_feed(db, "agent", still)

    assert while_open == []
    assert {event["ticket_id"] for event in after} == {early["id"], late["id"]}
    ids = [event["id"] for event in seen + after]
    assert len(ids) == len(set(ids)) == db.scalar("select count(*) from ticket_events")


def test_rolled_back_events_do_not_block_the_feed(connect):
    db, slow = connect(), connect()
    ticket = db.create_ticket()
    with slow.connection.transaction(force_rollback=True):
        slow.comment("customer", ticket)

    db.comment("customer", ticket, "Again.")

    assert len(event_ids(db, "agent")) == 2


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_concurrent_writers_leave_no_gap_and_no_duplicate_in_the_feed(connect, who):
    db = connect()
    tickets = [db.create_ticket() for _ in range(4)]
    writing = threading.Semaphore(0)

    def write(mine, chance):
        for number in range(15):
            with mine.connection.transaction(force_rollback=chance.random() < 0.2):
                mine.comment("customer", chance.choice(tickets), f"Word {number}.")
                if chance.random() < 0.3:
                    mine.execute("select pg_sleep(0.01)")
        writing.release()

    writers = [
        threading.Thread(target=write, args=[connect(), random.Random(seed)])  # noqa: S311
        for seed in range(8)
    ]
    for writer in writers:
        writer.start()
    seen, cursor, ended = [], None, 0
    while ended < len(writers):
        ended += writing.acquire(blocking=False)
        events, cursor = read_feed(db, who, cursor, page_size=3)
        seen += [event["id"] for event in events]
    for writer in writers:
        writer.join()
    seen += [event["id"] for event in read_feed(db, who, cursor)[0]]

    written = db.execute("select id::text from public.ticket_events").fetchall()
    assert len(seen) == len(set(seen))
    assert set(seen) == {row[0] for row in written}


def test_the_feed_continues_after_a_restore(busy_db):
    _, cursor = read_feed(busy_db, "agent")
    far = 2**40
    busy_db.execute("alter table public.ticket_events disable trigger user")
    busy_db.execute(
        "update public.ticket_events set turn = turn + %s", far
    )  # as if dumped
    busy_db.execute("alter table public.ticket_events enable trigger user")
    assert event_ids(busy_db, "agent") == set()
    [(turn, position)] = busy_db.execute(
        "select (p->>0)::bigint, (p->>1)::bigint from private.feed_place(%s) as p",
        cursor,
    )
    dumped = cursor_of(busy_db, turn + far, position)

    busy_db.execute("select private.restart_feed()")
    ticket = busy_db.create_ticket()

    assert {event["ticket_id"] for event in read_feed(busy_db, "agent", dumped)[0]} == {
        ticket["id"]
    }
    assert len(event_ids(busy_db, "agent")) == len(
        busy_db.read("agent", "select id from public.ticket_events")
    )


def test_cursors_beyond_the_feed_are_refused(busy_db):
    with refused("PT422", "bad-cursor"):
        busy_db.call("agent", "list_events", after=cursor_of(busy_db, 2**50, 1))


@pytest.mark.parametrize("cursor", ["", "garbage", "[0, 0]", "0" * 32, "g" * 32])
def test_only_cursors_of_the_feed_are_followed(busy_db, cursor):
    with refused("PT422", "bad-cursor"):
        busy_db.call("agent", "list_events", after=cursor)


@pytest.mark.parametrize("who", ["customer", "stranger", "agent"])
def test_cursors_count_no_hidden_events(busy_db, who):
    """Whatever others do between two pages, a cursor is as long and as random."""
    cursors = []
    for others in (0, 1, 40):
        for _ in range(others):
            busy_db.note(busy_db.create_ticket("colleague"), "admin")
        busy_db.create_ticket(who)
        cursors.append(read_feed(busy_db, who)[1])
        assert event_ids(busy_db, who) >= {
            event["id"] for event in read_feed(busy_db, who)[0]
        }

    assert [len(bytes.fromhex(cursor)) for cursor in cursors] == [16] * 3
    halves = [half for cursor in cursors for half in (cursor[:16], cursor[16:])]
    assert len(set(halves)) == len(halves)


def cursor_of(db, turn, position):
    place = Jsonb([turn, position])
    return db.scalar("select private.feed_cursor(%s)", place)
