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

from .acting import WORKER, refused
from .personas import id_of

pytestmark = pytest.mark.slow

CREATED, MOVED, ASSIGNED, UPDATED, COMMENTED = (
    each.__name__
    for each in (
        TicketCreated, TicketStatusChanged, TicketAssigned, TicketUpdated,
        TicketCommented,
    )
)  # fmt: skip


def test_the_types_of_the_database_are_the_classes_of_the_code(db):
    rows = {row[0] for row in db.execute("select type from private.event_types")}

    classes = {each.model_fields["type"].default for each in EVENT_CLASSES}

    assert rows == classes, (
        "each type is a row of private.event_types (supabase/migrations/*_events.sql)"
        " and a class in shared/core/events/tickets.py"
    )


def parsed(db, ticket):
    return [parse_event(event) for event in db.events(ticket)]


def names(events):
    return [type(event).__name__ for event in events]


CHANGES = {
    "reply": (lambda db, t: db.comment("agent", t), [COMMENTED]),
    "note": (lambda db, t: db.note(t), [COMMENTED]),
    "answer": (lambda db, t: db.comment("customer", t), [COMMENTED, MOVED]),
    "move": (lambda db, t: db.set_status(t, "open"), [MOVED]),
    "solve": (lambda db, t: db.set_status(t, "solved"), [MOVED]),
    "hand on": (lambda db, t: db.assign(t, "lead"), [ASSIGNED]),
    "put back": (lambda db, t: db.release(t), [ASSIGNED]),
    "stay": (lambda db, t: db.set_status(t, "pending"), []),
    "keep": (lambda db, t: db.assign(t, "agent"), []),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_record_exactly_their_events(db, change):
    ticket = db.create_ticket_in("pending")
    before = parsed(db, ticket)
    act, expected = CHANGES[change]

    act(db, ticket)

    events = parsed(db, ticket)
    assert names(events[len(before) :]) == expected
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_events_record_the_life_of_a_ticket(db):
    ticket = db.create_ticket(type="task", data={"due_on": "2027-01-01"}, tags=["a"])
    db.assign(ticket, "agent")
    db.set_status(ticket, "solved", "agent")
    db.close(ticket)

    created, opened, assigned, solved, closed = parsed(db, ticket)

    assert created.after.model_dump(mode="json") == {
        "number": ticket["number"],
        "subject": "Help",
        "type": "task",
        "priority": "normal",
        "status": "new",
        "queue_id": ticket["queue_id"],
        "requester_id": ticket["requester_id"],
        "requester_name": "Customer",
        "follow_up_of": None,
        "tags": ["a"],
        "skills": [],
        "data": {"due_on": "2027-01-01"},
    }
    assert (created.actor_id, created.before) == (id_of("customer"), None)
    assert (opened.before.status, opened.after.status) == ("new", "open")
    assert {opened.actor_id, assigned.actor_id} == {id_of("admin")}
    assert assigned.after.assignee_id == id_of("agent")
    assert (solved.before.status, solved.after.status) == ("open", "solved")
    assert solved.actor_id == id_of("agent")
    assert (closed.after.category, closed.actor_id) == ("closed", None)


def test_updates_record_changed_fields_only(db):
    ticket = db.create_ticket(tags=["old"], data={"a": 1})

    db.execute(
        "update public.tickets set tags = '{new,tags}', data = '{\"a\": 2}',"
        " priority = 'urgent', queue_id = %s where id = %s",
        id_of("billing"),
        ticket["id"],
    )

    updated = parsed(db, ticket)[-1]
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


def test_one_statement_records_several_events_in_order(db):
    ticket = db.create_ticket()

    db.execute(
        "update public.tickets set status = 'open', subject = 'Other',"
        " assignee_id = %s where id = %s",
        id_of("agent"),
        ticket["id"],
    )

    assert names(parsed(db, ticket)) == [CREATED, MOVED, ASSIGNED, UPDATED]


def test_status_changes_record_their_reason(db):
    ticket = db.create_ticket()

    db.set_status(ticket, "open", "agent", reason="Seen.")

    assert parsed(db, ticket)[-1].after.reason == "Seen."


def test_events_do_not_contain_comment_bodies(db):
    ticket = db.create_ticket()

    comment = db.note(ticket, body="a secret")

    [*_, event] = db.events(ticket)
    assert "a secret" not in str(event)
    assert event["is_internal"] is True
    assert event["after"] == {
        "comment_id": comment["id"],
        "position": 2,
        "author_id": str(id_of("agent")),
        "author_name": "Agent",
        "by_staff": True,
        "visibility": "internal",
    }


def test_rolled_back_changes_leave_no_event_and_no_broadcast(connect):
    db = connect()
    ticket = db.create_ticket()

    with db.connection.transaction(force_rollback=True):
        db.comment("agent", ticket)
        db.set_status(ticket, "open")

    assert db.event_types(ticket) == ["TICKET_CREATED"]
    sent = db.execute("select distinct event from realtime.messages")
    assert list(sent) == [("TICKET_CREATED",)]


def test_events_are_listed_by_page(db):
    ticket = db.create_ticket_in("solved")

    def page(after):
        rows = db.items("agent", "list_ticket_events", ticket=ticket["id"],
                       after=after, page_size=3)  # fmt: skip
        return [row["seq"] for row in rows]

    assert [page(0), page(3), page(4)] == [[1, 2, 3], [4], []]


def test_concurrent_writers_leave_no_gap_in_events(connect):
    rounds, writers = 4, 16
    ticket = connect().create_ticket()
    connections = [connect() for _ in range(writers)]
    connections[0].set_status(ticket, "open")

    def write(db):
        for turn in range(rounds):
            db.comment(("agent", "customer")[turn % 2], ticket)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, connections))

    events = parsed(connections[0], ticket)
    assert [event.seq for event in events] == list(range(1, rounds * writers + 3))
    assert names(events[2:]) == [COMMENTED] * rounds * writers
    positions = [event.after.position for event in events[2:]]
    assert positions == list(range(2, rounds * writers + 2))
    assert connections[0].reload(ticket)["version"] == rounds * writers + 2


def test_events_of_a_batch_have_its_id_and_others_none(db):
    ticket, batch = db.create_ticket(), id_of("batch")

    with db.connection.transaction():
        db.execute("select set_config('autocrm.batch', %s, true)", str(batch))
        db.set_status(ticket, "open")
        db.execute("select set_config('autocrm.batch', '', true)")
        db.note(ticket)

    assert [event.batch_id for event in parsed(db, ticket)] == [None, batch, None]
    sent = db.execute(
        "select private.event_payload(events, true) -> 'data'"
        " from public.ticket_events as events where ticket_id = %s order by seq",
        ticket["id"],
    )
    assert [parse_event(row[0]) for row in sent] == parsed(db, ticket)
    fed = db.items("agent", "list_ticket_events", ticket=ticket["id"])
    assert [event["batch_id"] for event in fed] == [None, str(batch), None]


@pytest.mark.parametrize("kind", ["TICKET_EATEN", "", "ticket_created"])
def test_unknown_event_types_are_refused(db, kind):
    with refused("23503"):
        db.execute(
            "insert into public.ticket_events"
            " (ticket_id, number, seq, public_seq, version, public_version, type)"
            " values (%s, 1, 9, 9, 1, 1, %s)",
            db.create_ticket()["id"],
            kind,
        )


def test_events_of_the_scheduler_have_no_actor(db):
    ticket = db.create_ticket_in("closed")

    db.call(WORKER, "close_solved_tickets")

    assert db.events(ticket)[-1]["actor_id"] is None
