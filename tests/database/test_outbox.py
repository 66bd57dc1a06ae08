"""The outbox: events accepted once, processed once, and found when missed."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.core.auth import accept_proof, verify_hook

from .acting import ANON, WORKER, refused
from .arrange import store_webhook_settings

pytestmark = pytest.mark.slow
SECRET = "only-for-this-test"
URL = "http://127.0.0.1:9/v1/hooks/database"


def pending_event(db):
    """Create a ticket; return the id of its pending event."""
    ticket = db.create_ticket("customer")
    return str(
        db.scalar("select id from ticket_events where ticket_id = %s", ticket["id"])
    )


@pytest.fixture
def vault(db):
    store_webhook_settings(db, URL, SECRET)
    return db


def test_every_committed_event_is_in_the_outbox(db):
    ticket = db.create_ticket("customer")
    db.call("agent", "assign_ticket", ticket=ticket["id"], assignee="me")

    with db.connection.transaction(force_rollback=True):
        db.create_ticket("customer")

    types = db.execute(
        "select type from private.outbox join ticket_events on id = event_id"
        " order by seq"
    )
    assert [kind for (kind,) in types] == db.event_types(ticket)
    assert db.event_types(ticket)[-1] == "TICKET_ASSIGNED"


def test_without_secrets_no_webhook_is_sent(db):
    db.create_ticket("customer")

    assert db.scalar("select count(*) from net.http_request_queue") == 0


def test_database_webhooks_have_the_form_of_supabase_and_a_signature(vault):
    ticket = vault.create_ticket("customer")

    url, headers, body, wait = vault.execute(
        "select url, headers, body, timeout_milliseconds from net.http_request_queue"
    ).fetchone()
    assert url == URL
    assert wait >= 5000
    assert verify_hook(headers, bytes(body), [SECRET]) == SECRET
    sent = json.loads(bytes(body))
    assert {key: sent[key] for key in ("type", "schema", "table", "old_record")} == {
        "type": "INSERT",
        "schema": "public",
        "table": "ticket_events",
        "old_record": None,
    }
    record = sent["record"]
    assert (record["ticket_id"], record["type"]) == (ticket["id"], "TICKET_CREATED")
    assert not {"before", "after"} & set(record)


def test_events_are_accepted_once(vault):
    event = pending_event(vault)
    proof = accept_proof(event, SECRET)

    assert vault.call(ANON, "accept_event", event=event, proof=proof) is True
    assert vault.call(ANON, "accept_event", event=event, proof=proof) is False


def test_unknown_events_are_not_accepted(vault):
    event = str(uuid4())
    proof = accept_proof(event, SECRET)

    assert vault.call(ANON, "accept_event", event=event, proof=proof) is False


@pytest.mark.parametrize("proof", ["", "guess", None])
def test_events_are_not_accepted_without_proof(vault, proof):
    event = pending_event(vault)

    with refused("PT401", "bad-signature"):
        vault.call(ANON, "accept_event", event=event, proof=proof)


def test_no_proof_is_valid_without_a_secret(db):
    event = pending_event(db)
    empty = hmac.new(b"", f"accept.{event}".encode(), hashlib.sha256).hexdigest()

    for proof in (empty, None):
        with refused("PT401", "bad-signature"):
            db.call(ANON, "accept_event", event=event, proof=proof)


def test_reactions_are_recorded_once(db):
    event = pending_event(db)

    assert db.call(WORKER, "record_reaction", event=event, reaction="x") is True
    assert db.call(WORKER, "record_reaction", event=event, reaction="x") is False
    assert db.call(WORKER, "read_event", event=event)["done"] == ["x"]


def test_finished_events_leave_the_outbox(db):
    event = pending_event(db)
    db.call(WORKER, "record_reaction", event=event, reaction="x")

    db.call(WORKER, "finish_event", event=event)

    assert db.call(WORKER, "read_event", event=event) is None
    assert db.call(WORKER, "record_reaction", event=event, reaction="x") is False
    assert db.scalar("select count(*) from private.reactions") == 0


def test_the_relay_claims_due_events_only(db):
    due, fresh = pending_event(db), pending_event(db)
    db.execute("update private.outbox set due_at = now() where event_id = %s", due)

    claimed = db.rows(WORKER, "claim_missed_events")

    assert [row["event_id"] for row in claimed] == [due]
    assert db.rows(WORKER, "claim_missed_events") == []
    assert db.call(WORKER, "read_event", event=fresh)


def test_failed_events_become_dead_letters(db):
    event = pending_event(db)
    for attempt in range(1, 9):
        dead_letter = db.call(WORKER, "fail_event", event=event, error="x: KeyError")
        assert dead_letter is (attempt == 8)

    db.execute("update private.outbox set due_at = now()")
    assert db.rows(WORKER, "claim_missed_events") == []
    assert db.call(WORKER, "read_event", event=event) is None


def test_dead_letters_are_listed_and_retried(db):
    event = pending_event(db)
    db.call(WORKER, "fail_event", event=event, error="x: KeyError", max_attempts=1)

    [dead_letter] = db.items("admin", "list_dead_letters")
    assert (dead_letter["event_id"], dead_letter["last_error"]) == (
        event,
        "x: KeyError",
    )
    db.call("admin", "retry_dead_letter", event=event)

    assert db.items("admin", "list_dead_letters") == []
    assert [row["event_id"] for row in db.rows(WORKER, "claim_missed_events")] == [
        event
    ]
    with refused("PT404", "not-found"):
        db.call("admin", "retry_dead_letter", event=event)


@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_dead_letters_are_for_administrators(db, who):
    with refused("PT403", "denied"):
        db.rows(who, "list_dead_letters")
    with refused("PT403", "denied"):
        db.call(who, "retry_dead_letter", event=str(uuid4()))


def test_event_lag_counts_pending_and_dead_lettered_events(db):
    assert db.call(WORKER, "event_lag") == {
        "pending": 0,
        "dead_lettered": 0,
        "oldest_seconds": 0,
    }

    event = pending_event(db)
    pending_event(db)
    db.call(WORKER, "fail_event", event=event, error="x", max_attempts=1)
    db.execute("update private.outbox set created_at = now() - interval '90 s'")

    lag = db.call(WORKER, "event_lag")
    assert (lag["pending"], lag["dead_lettered"], round(lag["oldest_seconds"])) == (
        1,
        1,
        90,
    )


def test_concurrent_relays_claim_each_event_once(connect):
    first = connect()
    for _ in range(60):
        first.create_ticket("customer")
    first.execute("update private.outbox set due_at = now()")

    def claim(_):
        db, mine = connect(), []
        while rows := db.rows(WORKER, "claim_missed_events", max_items=7):
            mine += [row["event_id"] for row in rows]
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [event for mine in pool.map(claim, range(8)) for event in mine]

    assert len(claimed) == len(set(claimed)) == 60


def test_concurrent_deliveries_are_recorded_once(connect):
    db = connect()
    events = [pending_event(db) for _ in range(20)]

    def react(event):
        return connect().call(WORKER, "record_reaction", event=event, reaction="x")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(react, events * 3))

    assert sum(results) == 20
