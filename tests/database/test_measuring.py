"""What there is to measure: events once, queues as they are now, the trail of each."""

import json

import pytest

from shared.core.events import parse_event

from .desk import WORKER

pytestmark = pytest.mark.slow
TRAIL = "JKJaXmPLvHcESHA="


@pytest.fixture
def said(desk):
    """Name the request as PostgREST does."""

    def said(headers):
        desk.run("select set_config('request.headers', %s, false)", headers)

    yield said
    said("")


def measured(desk, ticket):
    """What each event of a ticket amounts to, in order."""
    return [
        desk.call(WORKER, "event_metrics", event=event["id"])["first_reply_seconds"]
        for event in desk.events(ticket)
    ]


def test_an_event_keeps_the_trail_of_its_request(desk, said):
    said(json.dumps({"x-correlation-id": TRAIL}))

    ticket = desk.ticket("customer")

    [event] = desk.events(ticket)
    assert event["correlation_id"] == TRAIL
    assert parse_event(event).correlation_id == TRAIL


@pytest.mark.parametrize(
    "headers",
    ["", "{}", '{"x-correlation-id": ""}', '{"x-correlation-id": "a\\nb"}',
     json.dumps({"x-correlation-id": "x" * 65}),
     json.dumps({"x-correlation-id": "ida@example.com"})],
)  # fmt: skip
def test_what_has_no_form_is_nobodys_trail(desk, said, headers):
    said(headers)

    ticket = desk.ticket("customer")

    assert [event["correlation_id"] for event in desk.events(ticket)] == [None]


def test_an_event_is_measured_once(desk):
    [event] = desk.events(desk.ticket("customer"))

    first = desk.call(WORKER, "event_metrics", event=event["id"])
    again = desk.call(WORKER, "event_metrics", event=event["id"])

    assert first == {"first_reply_seconds": None}
    assert again is None


def test_the_first_public_reply_of_staff_ends_the_wait(desk):
    ticket = desk.ticket("customer")
    desk.say("customer", ticket, "Hello?")
    desk.note(ticket)
    desk.say("agent", ticket, "Here.")
    desk.say("agent", ticket, "Still here.")

    waits = measured(desk, ticket)

    waited = desk.one(
        "select extract(epoch from occurred_at - created_at)::float8"
        " from public.ticket_events join public.tickets on tickets.id = ticket_id"
        " where ticket_id = %s and after ->> 'position' = '4'",
        ticket["id"],
    )
    assert [wait for wait in waits if wait is not None] == [pytest.approx(waited)]


def test_the_requester_answers_nobody(desk):
    ticket = desk.ticket("agent")

    desk.say("agent", ticket, "I found it myself.")

    assert set(measured(desk, ticket)) == {None}


def test_a_queue_counts_what_is_new_or_open_and_how_long_it_waits(desk):
    ticket = desk.ticket("customer")
    desk.ticket_in("open")
    desk.ticket_in("pending")
    desk.ticket_in("solved")
    desk.run(
        "update public.tickets set waiting_since = now() - interval '1 hour'"
        " where id = %s",
        ticket["id"],
    )

    gauges = {row["key"]: row for row in desk.rows(WORKER, "queue_metrics")}

    counts = desk.rows("admin", "list_queues")
    [shown] = [row["counts"] for row in counts if row["id"] == ticket["queue_id"]]
    [gauge] = [row for row in gauges.values() if row["waiting"]]
    assert gauge["waiting"] == shown["new"] + shown["open"] == 2
    assert gauge["oldest_wait_seconds"] >= 3600
    assert len(gauges) == len(counts)
