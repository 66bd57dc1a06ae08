"""The feed: nothing missed, nothing twice, nothing that one may not see."""

import random
import threading

import pytest

from .cast import PEOPLE, id_of
from .desk import Json, refused

pytestmark = pytest.mark.slow


def follow(desk, who, place=None, page_size=50):
    """Return everything after a place, and the place to go on from."""
    found, moved = [], True
    while moved:
        asked = {"page_size": page_size}
        if place is not None:
            asked["after"] = Json(place)
        page = desk.call(who, "list_events", **asked)
        assert len(page["items"]) <= page_size
        moved = page["cursor"] != place
        place = page["cursor"]
        found += page["items"]
    return found, place


def told(desk, who, **how):
    return {event["id"] for event in follow(desk, who, **how)[0]}


@pytest.fixture
def busy(office):
    """A desk with tickets of two customers in two queues, notes among them."""
    desk = office()
    for who in ("customer", "stranger", "colleague"):
        for queue in ("support", "billing"):
            ticket = desk.ticket(who, queue=queue)
            desk.say("admin", ticket)
            desk.note(ticket, "admin")
    return desk


def test_everybody_gets_what_the_table_shows_them(busy):
    for who in PEOPLE:
        visible = busy.read(who, "select id::text from public.ticket_events")

        pages = [follow(busy, who, page_size=size)[0] for size in (1, 7, 50)]

        for events in pages:
            assert len(events) == len(visible), who
            assert {event["id"] for event in events} == set(visible), who


def test_both_ways_to_read_agree(busy):
    few = told(busy, "customer")
    busy.run(  # more tickets than are looked at one by one
        "insert into public.tickets (subject, queue_id, requester_id)"
        " select 'Many', %s, %s from generate_series(1, 201)",
        id_of("support"),
        id_of("customer"),
    )

    many = told(busy, "customer")

    assert few < many
    assert len(many) == len(few) + 201


def test_an_empty_page_keeps_the_place(busy):
    _, place = follow(busy, "agent")

    page = busy.call("agent", "list_events", after=Json(place))

    assert page == {"items": [], "cursor": place}


def test_one_may_begin_now(busy):
    start = busy.call("customer", "list_events", from_now=True)
    ticket = busy.ticket()

    events, _ = follow(busy, "customer", start["cursor"])

    assert start["items"] == []
    assert {event["ticket_id"] for event in events} == {ticket["id"]}


def test_a_page_looks_at_a_thousand_events_and_says_how_far_it_came(office):
    desk = office()
    desk.run(
        "insert into public.tickets (subject, queue_id, requester_id)"
        " select 'Far', %s, %s from generate_series(1, 1500)",
        id_of("billing"),
        id_of("stranger"),
    )
    mine = desk.ticket()

    first = desk.call("agent", "list_events")

    assert first["items"] == []
    assert {
        event["ticket_id"] for event in follow(desk, "agent", first["cursor"])[0]
    } == {mine["id"]}


def test_what_an_open_transaction_will_tell_is_not_passed_by(office):
    desk, slow = office(), office()
    early, late = desk.ticket(), desk.ticket()
    seen, place = follow(desk, "agent")

    with slow.connection.transaction():
        slow.say("customer", early, "I began first.")
        desk.say("customer", late, "I came second, and was faster.")
        while_open, still = follow(desk, "agent", place)
    after, _ = follow(desk, "agent", still)

    assert while_open == []
    assert {event["ticket_id"] for event in after} == {early["id"], late["id"]}
    ids = [event["id"] for event in seen + after]
    assert len(ids) == len(set(ids)) == desk.one("select count(*) from ticket_events")


def test_what_was_rolled_back_holds_nothing_up(office):
    desk, slow = office(), office()
    ticket = desk.ticket()
    with slow.connection.transaction(force_rollback=True):
        slow.say("customer", ticket)

    desk.say("customer", ticket, "Again.")

    assert len(told(desk, "agent")) == 2


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_a_reader_among_eight_writers_misses_nothing_and_sees_nothing_twice(
    office, who
):
    desk = office()
    tickets = [desk.ticket() for _ in range(4)]
    writing = threading.Semaphore(0)

    def write(mine, chance):
        for number in range(15):
            with mine.connection.transaction(force_rollback=chance.random() < 0.2):
                mine.say("customer", chance.choice(tickets), f"Word {number}.")
                if chance.random() < 0.3:
                    mine.run("select pg_sleep(0.01)")
        writing.release()

    writers = [
        threading.Thread(target=write, args=[office(), random.Random(seed)])  # noqa: S311
        for seed in range(8)
    ]
    for writer in writers:
        writer.start()
    seen, place, ended = [], None, 0
    while ended < len(writers):
        ended += writing.acquire(blocking=False)
        events, place = follow(desk, who, place, page_size=3)
        seen += [event["id"] for event in events]
    for writer in writers:
        writer.join()
    seen += [event["id"] for event in follow(desk, who, place)[0]]

    written = desk.run("select id::text from public.ticket_events").fetchall()
    assert len(seen) == len(set(seen))
    assert set(seen) == {row[0] for row in written}


def test_a_restored_history_goes_on_where_it_ended(busy):
    _, place = follow(busy, "agent")
    far = 2**40
    busy.run("alter table public.ticket_events disable trigger user")
    busy.run("update public.ticket_events set turn = turn + %s", far)  # as if dumped
    busy.run("alter table public.ticket_events enable trigger user")
    assert told(busy, "agent") == set()
    dumped = [place[0] + far, place[1]]

    busy.run("select private.restart_feed()")
    ticket = busy.ticket()

    assert {event["ticket_id"] for event in follow(busy, "agent", dumped)[0]} == {
        ticket["id"]
    }
    assert len(told(busy, "agent")) == len(
        busy.read("agent", "select id from public.ticket_events")
    )


def test_a_place_ahead_of_history_is_refused(busy):
    with refused("PT422", "bad-cursor"):
        busy.call("agent", "list_events", after=Json([2**50, 1]))
