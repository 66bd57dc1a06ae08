"""Every change writes its typed events, in the same transaction, without gaps."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.core.events import (
    EVENT_CLASSES,
    TicketAssigned,
    TicketCommented,
    TicketCreated,
    TicketStatusChanged,
    TicketUpdated,
    parse_event,
)

from .cast import id_of
from .desk import WORKER, refused

pytestmark = pytest.mark.slow

CREATED, MOVED, ASSIGNED, UPDATED, COMMENTED = (
    each.__name__
    for each in (
        TicketCreated, TicketStatusChanged, TicketAssigned, TicketUpdated,
        TicketCommented,
    )
)  # fmt: skip


def test_the_types_of_the_database_are_the_classes_of_the_code(desk):
    rows = {row[0] for row in desk.run("select type from private.event_types")}

    classes = {each.model_fields["type"].default for each in EVENT_CLASSES}

    assert rows == classes, (
        "each type is a row of private.event_types (supabase/migrations/*_events.sql)"
        " and a class in shared/core/events/tickets.py"
    )


def parsed(desk, ticket):
    return [parse_event(event) for event in desk.events(ticket)]


def names(events):
    return [type(event).__name__ for event in events]


CHANGES = {
    "reply": (lambda desk, t: desk.say("agent", t), [COMMENTED]),
    "note": (lambda desk, t: desk.note(t), [COMMENTED]),
    "answer": (lambda desk, t: desk.say("customer", t), [COMMENTED, MOVED]),
    "move": (lambda desk, t: desk.move(t, "open"), [MOVED]),
    "solve": (lambda desk, t: desk.move(t, "solved"), [MOVED]),
    "hand on": (lambda desk, t: desk.assign(t, "lead"), [ASSIGNED]),
    "put back": (
        lambda desk, t: desk.call("admin", "release_ticket", ticket=t["id"]),
        [ASSIGNED],
    ),
    "stay": (lambda desk, t: desk.move(t, "pending"), []),
    "keep": (lambda desk, t: desk.assign(t, "agent"), []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_writes_exactly_its_events(desk, change):
    ticket = desk.ticket_in("pending")
    before = parsed(desk, ticket)
    act, expected = CHANGES[change]

    act(desk, ticket)

    events = parsed(desk, ticket)
    assert names(events[len(before) :]) == expected
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_a_life_is_told_from_beginning_to_end(desk):
    ticket = desk.ticket(type="task", data={"due_on": "2027-01-01"}, tags=["a"])
    desk.assign(ticket, "agent")
    desk.move(ticket, "solved", "agent")
    desk.let_close(ticket)

    created, assigned, solved, closed = parsed(desk, ticket)

    assert created.after.model_dump(mode="json") == {
        "number": ticket["number"],
        "subject": "Help",
        "type": "task",
        "priority": "normal",
        "status": "new",
        "queue_id": ticket["queue_id"],
        "requester_id": ticket["requester_id"],
        "follow_up_of": None,
        "tags": ["a"],
        "skills": [],
        "data": {"due_on": "2027-01-01"},
    }
    assert (created.actor_id, created.before) == (id_of("customer"), None)
    assert assigned.actor_id == id_of("admin")
    assert assigned.after.assignee_id == id_of("agent")
    assert (solved.before.status, solved.after.status) == ("new", "solved")
    assert solved.actor_id == id_of("agent")
    assert (closed.after.category, closed.actor_id) == ("closed", None)


def test_other_fields_are_told_as_they_were_and_are_and_no_more(desk):
    ticket = desk.ticket(tags=["old"], data={"a": 1})

    desk.run(
        "update public.tickets set tags = '{new,tags}', data = '{\"a\": 2}',"
        " priority = 'urgent', queue_id = %s where id = %s",
        id_of("billing"),
        ticket["id"],
    )

    updated = parsed(desk, ticket)[-1]
    assert updated.before.model_dump(exclude_unset=True, mode="json") == {
        "tags": ["old"],
        "data": {"a": 1},
        "priority": "normal",
        "queue_id": str(id_of("support")),
    }
    assert updated.after.model_dump(exclude_unset=True, mode="json") == {
        "tags": ["new", "tags"],
        "data": {"a": 2},
        "priority": "urgent",
        "queue_id": str(id_of("billing")),
    }


def test_one_update_may_be_several_events_in_order(desk):
    ticket = desk.ticket()

    desk.run(
        "update public.tickets set status = 'open', subject = 'Other',"
        " assignee_id = %s where id = %s",
        id_of("agent"),
        ticket["id"],
    )

    assert names(parsed(desk, ticket)) == [CREATED, MOVED, ASSIGNED, UPDATED]


def test_a_reason_is_told_with_its_step(desk):
    ticket = desk.ticket()

    desk.call("agent", "update_ticket_status", ticket=ticket["id"], status="open",
              reason="Seen.")  # fmt: skip

    assert parsed(desk, ticket)[-1].after.reason == "Seen."


def test_what_was_said_stays_out_of_the_event(desk):
    ticket = desk.ticket()

    comment = desk.note(ticket, body="a secret")

    [*_, event] = desk.events(ticket)
    assert "a secret" not in str(event)
    assert event["is_internal"] is True
    assert event["after"] == {
        "comment_id": comment["id"],
        "position": 2,
        "author_id": str(id_of("agent")),
        "visibility": "internal",
    }


def test_a_change_rolled_back_leaves_no_event_and_no_message(office):
    desk = office()
    ticket = desk.ticket()

    with desk.connection.transaction(force_rollback=True):
        desk.say("agent", ticket)
        desk.move(ticket, "open")

    assert desk.story(ticket) == ["TICKET_CREATED"]
    told = desk.run("select distinct event from realtime.messages")
    assert list(told) == [("TICKET_CREATED",)]


def test_a_history_is_read_page_by_page(desk):
    ticket = desk.ticket_in("solved")

    def page(after):
        rows = desk.rows("agent", "list_ticket_events", ticket=ticket["id"],
                         after=after, page_size=3)  # fmt: skip
        return [row["seq"] for row in rows]

    assert [page(0), page(3), page(4)] == [[1, 2, 3], [4], []]


def test_sixteen_writers_leave_no_gap_and_nothing_out(office):
    rounds, writers = 4, 16
    ticket = office().ticket()
    desks = [office() for _ in range(writers)]

    def write(desk):
        for turn in range(rounds):
            desk.say(("agent", "customer")[turn % 2], ticket)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, desks))

    events = parsed(desks[0], ticket)
    assert [event.seq for event in events] == list(range(1, rounds * writers + 2))
    assert names(events) == [CREATED] + [COMMENTED] * rounds * writers
    positions = [event.after.position for event in events[1:]]
    assert positions == list(range(2, rounds * writers + 2))
    assert desks[0].now(ticket)["version"] == rounds * writers + 1


def test_events_of_a_batch_name_it_and_others_name_none(desk):
    ticket, batch = desk.ticket(), id_of("batch")

    with desk.connection.transaction():
        desk.run("select set_config('autocrm.batch', %s, true)", str(batch))
        desk.move(ticket, "open")
        desk.run("select set_config('autocrm.batch', '', true)")
        desk.note(ticket)

    assert [event.batch_id for event in parsed(desk, ticket)] == [None, batch, None]
    sent = desk.run(
        "select private.event_payload(events) -> 'data'"
        " from public.ticket_events as events where ticket_id = %s order by seq",
        ticket["id"],
    )
    assert [parse_event(row[0]) for row in sent] == parsed(desk, ticket)
    fed = desk.rows("agent", "list_ticket_events", ticket=ticket["id"])
    assert [event["batch_id"] for event in fed] == [None, str(batch), None]


@pytest.mark.parametrize("kind", ["TICKET_EATEN", "", "ticket_created"])
def test_there_are_no_other_events(desk, kind):
    with refused("23503"):
        desk.run(
            "insert into public.ticket_events (ticket_id, seq, type)"
            " values (%s, 9, %s)",
            desk.ticket()["id"],
            kind,
        )


def test_the_clock_is_nobody(desk):
    ticket = desk.ticket_in("closed")

    desk.call(WORKER, "close_solved_tickets")

    assert desk.events(ticket)[-1]["actor_id"] is None
