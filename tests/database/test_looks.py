"""Looking at tickets: what is new to whom, and who learns of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .cast import id_of
from .desk import refused

pytestmark = pytest.mark.slow


def look(desk, who, ticket, **how):
    return desk.call(who, "mark_ticket_read", ticket=ticket["id"], **how)


def unread(desk, who, ticket):
    """Whether a ticket is new to somebody; the lists say the same as the ticket."""
    seen = desk.call(who, "get_ticket", ticket=ticket["id"])["unread"]
    lists = [desk.rows(who, "list_my_tickets")]
    if who in ("agent", "lead"):
        lists.append(desk.queue(who)["items"])
    told = [t["unread"] for listed in lists for t in listed if t["id"] == ticket["id"]]
    assert set(told) <= {seen}
    return seen


def test_what_one_opened_is_new_to_all_but_oneself(desk):
    ticket = desk.ticket()

    assert not unread(desk, "customer", ticket)
    assert unread(desk, "colleague", ticket)
    assert unread(desk, "agent", ticket)


def test_what_one_has_looked_at_is_new_when_another_does_something(desk):
    ticket = desk.ticket()
    look(desk, "agent", ticket)
    assert not unread(desk, "agent", ticket)

    desk.say("customer", ticket)

    assert unread(desk, "agent", ticket)
    assert unread(desk, "lead", ticket)


def test_what_one_does_oneself_is_not_new(desk):
    ticket = desk.ticket()
    look(desk, "agent", ticket)

    desk.assign(ticket, "agent")
    look(desk, "agent", ticket)
    desk.move(ticket, "open", "agent")

    assert not unread(desk, "agent", ticket)
    assert unread(desk, "customer", ticket)


def test_who_writes_has_looked(desk):
    ticket = desk.ticket()

    desk.say("agent", ticket)

    assert not unread(desk, "agent", ticket)


def test_a_note_is_new_to_those_who_read_notes_alone(desk):
    ticket = desk.ticket()
    for who in ("customer", "agent", "lead"):
        look(desk, who, ticket)

    desk.note(ticket, "lead")

    assert not unread(desk, "customer", ticket)
    assert unread(desk, "agent", ticket)


def test_what_time_does_is_new(desk):
    ticket = desk.ticket_in("solved")
    look(desk, "customer", ticket)

    desk.let_close(ticket)

    assert unread(desk, "customer", ticket)


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_a_look_only_goes_forward(desk, who):
    ticket = desk.ticket_in("pending")
    last = desk.events(ticket)[-1]["seq"]

    seqs = [look(desk, who, ticket, seq=seq)["seq"] for seq in (2, 1, 0, last)]
    seqs.append(look(desk, who, ticket, seq=2)["seq"])

    assert seqs == [2, 2, 2, last, last]


def test_a_look_beyond_what_happened_does_not_hide_what_comes(desk):
    ticket = desk.ticket()

    assert look(desk, "agent", ticket, seq=1000)["seq"] == 1

    desk.say("customer", ticket)
    assert unread(desk, "agent", ticket)


def test_a_look_tells_a_customer_of_no_note(desk):
    ticket = desk.ticket()
    desk.say("agent", ticket)
    desk.note(ticket)

    assert look(desk, "customer", ticket)["seq"] == 2
    assert look(desk, "customer", ticket, seq=3)["seq"] == 2
    assert look(desk, "agent", ticket)["seq"] == 3


@pytest.mark.parametrize("who", ["stranger", "biller"])
@pytest.mark.parametrize("ref", ["id", "number"])
def test_nobody_looks_at_what_they_may_not_see(desk, who, ref):
    ticket = desk.ticket()

    with refused("PT404", "not-found"):
        desk.call(who, "mark_ticket_read", ticket=str(ticket[ref]))

    assert desk.one("select count(*) from public.ticket_read_markers") == 0


def test_nobody_sees_where_others_have_looked(desk):
    ticket = desk.ticket()
    look(desk, "agent", ticket)
    look(desk, "lead", ticket)

    people = desk.read("lead", "select person_id from public.ticket_read_markers")

    assert people == [id_of("lead")]


def test_a_look_sent_twice_is_one_look(desk):
    ticket = desk.ticket()
    first = look(desk, "agent", ticket, seq=1)
    desk.say("customer", ticket)

    again = look(desk, "agent", ticket, seq=1)

    assert again == first
    assert unread(desk, "agent", ticket)


@pytest.mark.parametrize("seq", [-1, -(2**31)])
def test_a_look_before_the_beginning_is_refused(desk, seq):
    ticket = desk.ticket()

    with refused("PT422", "invalid"):
        look(desk, "agent", ticket, seq=seq)


def test_looking_and_writing_at_once_never_block_each_other_for_good(office):
    desk, other = office(), office()
    ticket = desk.ticket()

    def work(who):
        for turn in range(30):
            if turn % 2 == (who is desk):
                who.say("agent", ticket)
            else:
                look(who, "agent", ticket)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, who) for who in (desk, other)]:
            done.result(60)

    assert not unread(desk, "agent", ticket)
