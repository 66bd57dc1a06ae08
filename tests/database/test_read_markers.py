"""Read markers: which tickets are unread to whom."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import refused
from .personas import id_of

pytestmark = pytest.mark.slow


def mark_read(db, who, ticket, **arguments):
    return db.call(who, "mark_ticket_read", ticket=ticket["id"], **arguments)


def unread(db, who, ticket):
    """Return whether a ticket is unread, in the lists as by itself."""
    seen = db.call(who, "get_ticket", ticket=ticket["id"])["unread"]
    lists = [db.rows(who, "list_my_tickets")]
    if who in ("agent", "lead"):
        lists.append(db.list_queue(who)["items"])
    listed_as = [
        t["unread"] for listed in lists for t in listed if t["id"] == ticket["id"]
    ]
    assert set(listed_as) <= {seen}
    return seen


def test_new_tickets_are_unread_by_all_but_their_requester(db):
    ticket = db.create_ticket()

    assert not unread(db, "customer", ticket)
    assert unread(db, "colleague", ticket)
    assert unread(db, "agent", ticket)


def test_read_tickets_become_unread_when_others_change_them(db):
    ticket = db.create_ticket()
    mark_read(db, "agent", ticket)
    assert not unread(db, "agent", ticket)

    db.comment("customer", ticket)

    assert unread(db, "agent", ticket)
    assert unread(db, "lead", ticket)


def test_own_changes_do_not_make_a_ticket_unread(db):
    ticket = db.create_ticket()
    mark_read(db, "agent", ticket)

    db.assign(ticket, "agent")
    mark_read(db, "agent", ticket)
    db.set_status(ticket, "open", "agent")

    assert not unread(db, "agent", ticket)
    assert unread(db, "customer", ticket)


def test_commenting_marks_the_ticket_read(db):
    ticket = db.create_ticket()

    db.comment("agent", ticket)

    assert not unread(db, "agent", ticket)


def test_notes_make_a_ticket_unread_for_staff_only(db):
    ticket = db.create_ticket()
    for who in ("customer", "agent", "lead"):
        mark_read(db, who, ticket)

    db.note(ticket, "lead")

    assert not unread(db, "customer", ticket)
    assert unread(db, "agent", ticket)


def test_closing_by_the_scheduler_makes_a_ticket_unread(db):
    ticket = db.create_ticket_in("solved")
    mark_read(db, "customer", ticket)

    db.close(ticket)

    assert unread(db, "customer", ticket)


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_read_markers_only_move_forward(db, who):
    ticket = db.create_ticket_in("pending")
    last = db.events(ticket)[-1]["seq"]

    seqs = [mark_read(db, who, ticket, seq=seq)["seq"] for seq in (2, 1, 0, last)]
    seqs.append(mark_read(db, who, ticket, seq=2)["seq"])

    assert seqs == [2, 2, 2, last, last]


def test_read_markers_do_not_pass_the_last_event(db):
    ticket = db.create_ticket()

    assert mark_read(db, "agent", ticket, seq=1000)["seq"] == 1

    db.comment("customer", ticket)
    assert unread(db, "agent", ticket)


def test_read_markers_of_customers_do_not_reveal_notes(db):
    ticket = db.create_ticket_in("open")
    last = len(db.events(ticket)) + 1
    db.comment("agent", ticket)
    db.note(ticket)

    assert mark_read(db, "customer", ticket)["seq"] == last
    assert mark_read(db, "customer", ticket, seq=last + 1)["seq"] == last
    assert mark_read(db, "agent", ticket)["seq"] == last + 1


@pytest.mark.parametrize("who", ["stranger", "biller"])
@pytest.mark.parametrize("ref", ["id", "number"])
def test_hidden_tickets_cannot_be_marked_read(db, who, ref):
    ticket = db.create_ticket()

    with refused("PT404", "not-found"):
        db.call(who, "mark_ticket_read", ticket=str(ticket[ref]))

    assert db.scalar("select count(*) from public.ticket_read_markers") == 0


def test_read_markers_are_visible_to_their_owner_only(db):
    ticket = db.create_ticket()
    mark_read(db, "agent", ticket)
    mark_read(db, "lead", ticket)

    people = db.read("lead", "select person_id from public.ticket_read_markers")

    assert people == [id_of("lead")]


def test_marking_read_is_idempotent(db):
    ticket = db.create_ticket()
    first = mark_read(db, "agent", ticket, seq=1)
    db.comment("customer", ticket)

    again = mark_read(db, "agent", ticket, seq=1)

    assert again == first
    assert unread(db, "agent", ticket)


@pytest.mark.parametrize("seq", [-1, -(2**31)])
def test_negative_read_markers_are_refused(db, seq):
    ticket = db.create_ticket()

    with refused("PT422", "invalid"):
        mark_read(db, "agent", ticket, seq=seq)


def test_concurrent_marking_and_commenting_do_not_deadlock(connect):
    db, other = connect(), connect()
    ticket = db.create_ticket()

    def work(who):
        for turn in range(30):
            if turn % 2 == (who is db):
                who.comment("agent", ticket)
            else:
                mark_read(who, "agent", ticket)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, who) for who in (db, other)]:
            done.result(60)

    assert not unread(db, "agent", ticket)
