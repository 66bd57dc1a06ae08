"""Metrics of events and queues, and correlation ids."""

import json
from uuid import UUID

import pytest

from shared.core.auth import source_headers
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


@pytest.fixture
def secret(db):
    db.execute("select vault.create_secret('shared', 'autocrm_source_secret')")
    return "shared"


def test_events_store_the_correlation_id_of_their_request(db, request_headers, secret):
    proof = source_headers("203.0.113.7", CORRELATION_ID, secret)
    request_headers(json.dumps({"x-correlation-id": CORRELATION_ID, **proof}))

    ticket = db.create_ticket("customer")

    [event] = db.events(ticket)
    assert event["correlation_id"] == CORRELATION_ID
    assert parse_event(event).correlation_id == CORRELATION_ID


OTHERS_PROOF = source_headers("203.0.113.7", "another", "shared")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-correlation-id": CORRELATION_ID},
        {"x-correlation-id": CORRELATION_ID, **OTHERS_PROOF},
        {"x-correlation-id": CORRELATION_ID, "x-autocrm-source-proof": ""},
        {"x-correlation-id": ""},
        {"x-correlation-id": "a\nb"},
        {"x-correlation-id": "x" * 65},
        {"x-correlation-id": "ida@example.com"},
        {
            "x-correlation-id": "a\nb",
            **source_headers("203.0.113.7", "a\nb", "shared"),
        },
    ],
    ids=str,
)
def test_a_direct_call_has_a_correlation_id_of_its_own(
    db, request_headers, secret, headers
):
    request_headers(json.dumps(headers))

    ticket = db.create_ticket("customer")
    db.comment("customer", ticket)

    opened, commented = (event["correlation_id"] for event in db.events(ticket))
    assert UUID(opened) != UUID(commented)
    assert CORRELATION_ID not in (opened, commented)


def test_the_events_of_one_call_share_its_correlation_id(db, request_headers, secret):
    ticket = db.create_ticket_in("pending")
    request_headers("{}")

    db.comment("customer", ticket)

    *_, reopened, commented = (event["correlation_id"] for event in db.events(ticket))
    assert reopened == commented is not None


def test_workers_are_believed(db, request_headers):
    ticket = db.create_ticket_in("solved")
    request_headers(json.dumps({"x-correlation-id": CORRELATION_ID}))

    db.close(ticket)

    assert db.events(ticket)[-1]["correlation_id"] == CORRELATION_ID


def test_outside_of_a_request_there_is_no_correlation_id(db):
    assert db.scalar("select private.correlation_id()") is None


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
