"""Metrics of events and queues, and correlation ids."""

import json

import pytest

from shared.core.events import parse_event

from .acting import WORKER

pytestmark = pytest.mark.slow
CORRELATION_ID = "JKJaXmPLvHcESHA="


@pytest.fixture
def request_headers(db):
    """Sets the headers of the request, as PostgREST does."""

    def request_headers(headers):
        db.execute("select set_config('request.headers', %s, false)", headers)

    yield request_headers
    request_headers("")


def first_reply_times(db, ticket):
    """Return the first reply time in the metrics of each event."""
    return [
        db.call(WORKER, "event_metrics", event=event["id"])["first_reply_seconds"]
        for event in db.events(ticket)
    ]


def test_events_store_the_correlation_id_of_their_request(db, request_headers):
    request_headers(json.dumps({"x-correlation-id": CORRELATION_ID}))

    ticket = db.create_ticket("customer")

    [event] = db.events(ticket)
    assert event["correlation_id"] == CORRELATION_ID
    assert parse_event(event).correlation_id == CORRELATION_ID


@pytest.mark.parametrize(
    "headers",
    ["", "{}", '{"x-correlation-id": ""}', '{"x-correlation-id": "a\\nb"}',
     json.dumps({"x-correlation-id": "x" * 65}),
     json.dumps({"x-correlation-id": "ida@example.com"})],
)  # fmt: skip
def test_malformed_correlation_ids_are_ignored(db, request_headers, headers):
    request_headers(headers)

    ticket = db.create_ticket("customer")

    assert [event["correlation_id"] for event in db.events(ticket)] == [None]


def test_metrics_of_an_event_are_returned_once(db):
    [event] = db.events(db.create_ticket("customer"))

    first = db.call(WORKER, "event_metrics", event=event["id"])
    again = db.call(WORKER, "event_metrics", event=event["id"])

    assert first == {"first_reply_seconds": None}
    assert again is None


def test_first_reply_time_ends_with_the_first_public_staff_reply(db):
    ticket = db.create_ticket("customer")
    db.comment("customer", ticket, "Hello?")
    db.note(ticket)
    db.comment("agent", ticket, "Here.")
    db.comment("agent", ticket, "Still here.")

    waits = first_reply_times(db, ticket)

    waited = db.scalar(
        "select extract(epoch from occurred_at - created_at)::float8"
        " from public.ticket_events join public.tickets on tickets.id = ticket_id"
        " where ticket_id = %s and after ->> 'position' = '4'",
        ticket["id"],
    )
    assert [wait for wait in waits if wait is not None] == [pytest.approx(waited)]


def test_replies_of_the_requester_are_no_first_reply(db):
    ticket = db.create_ticket("agent")

    db.comment("agent", ticket, "I found it myself.")

    assert set(first_reply_times(db, ticket)) == {None}


def test_queue_metrics_count_waiting_tickets_and_the_oldest_wait(db):
    ticket = db.create_ticket("customer")
    db.create_ticket_in("open")
    db.create_ticket_in("pending")
    db.create_ticket_in("solved")
    db.execute(
        "update public.tickets set waiting_since = now() - interval '1 hour'"
        " where id = %s",
        ticket["id"],
    )

    metrics = {row["key"]: row for row in db.rows(WORKER, "queue_metrics")}

    counts = db.rows("admin", "list_queues")
    [shown] = [row["counts"] for row in counts if row["id"] == ticket["queue_id"]]
    [metric] = [row for row in metrics.values() if row["waiting"]]
    assert metric["waiting"] == shown["new"] + shown["open"] == 2
    assert metric["oldest_wait_seconds"] >= 3600
    assert len(metrics) == len(counts)
