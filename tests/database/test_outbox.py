"""What is owed to those who react: accepted once, done once, found when missed."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.core.auth import accept_proof, verify_hook
from shared.core.events import parse_event

from .desk import ANYBODY, WORKER, refused

pytestmark = pytest.mark.slow
SECRET = "only-for-this-test"
URL = "http://127.0.0.1:9/v1/hooks/database"


def owed(desk):
    """The event of a new ticket."""
    ticket = desk.ticket("customer")
    return str(
        desk.one("select id from ticket_events where ticket_id = %s", ticket["id"])
    )


@pytest.fixture
def vault(desk):
    desk.run("select vault.create_secret(%s, 'autocrm_webhook_url')", URL)
    desk.run("select vault.create_secret(%s, 'autocrm_webhook_secret')", SECRET)
    return desk


def test_every_event_is_owed_and_a_change_undone_owes_nothing(desk):
    ticket = desk.ticket("customer")
    desk.call("agent", "assign_ticket", ticket=ticket["id"], assignee="me")

    with desk.connection.transaction(force_rollback=True):
        desk.ticket("customer")

    types = desk.run(
        "select type from private.outbox join ticket_events on id = event_id"
        " order by seq"
    )
    assert [kind for (kind,) in types] == ["TICKET_CREATED", "TICKET_ASSIGNED"]


def test_without_secrets_nobody_is_woken_and_nothing_fails(desk):
    desk.ticket("customer")

    assert desk.one("select count(*) from net.http_request_queue") == 0


def test_the_webhook_has_the_platforms_form_and_proves_itself(vault):
    ticket = vault.ticket("customer")

    url, headers, body, wait = vault.run(
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
    assert str(parse_event(sent["record"]).ticket_id) == ticket["id"]


def test_a_webhook_is_accepted_once(vault):
    event = owed(vault)
    proof = accept_proof(event, SECRET)

    assert vault.call(ANYBODY, "accept_event", event=event, proof=proof) is True
    assert vault.call(ANYBODY, "accept_event", event=event, proof=proof) is False


def test_an_event_that_nobody_owes_is_not_accepted(vault):
    event = str(uuid4())
    proof = accept_proof(event, SECRET)

    assert vault.call(ANYBODY, "accept_event", event=event, proof=proof) is False


@pytest.mark.parametrize("proof", ["", "guess", None])
def test_without_proof_nothing_is_accepted(vault, proof):
    event = owed(vault)

    with refused("PT401", "bad-signature"):
        vault.call(ANYBODY, "accept_event", event=event, proof=proof)


def test_without_a_secret_no_proof_is_good(desk):
    event = owed(desk)
    empty = hmac.new(b"", f"accept.{event}".encode(), hashlib.sha256).hexdigest()

    for proof in (empty, None):
        with refused("PT401", "bad-signature"):
            desk.call(ANYBODY, "accept_event", event=event, proof=proof)


def test_a_reaction_has_its_effect_once(desk):
    event = owed(desk)

    assert desk.call(WORKER, "record_reaction", event=event, reaction="x") is True
    assert desk.call(WORKER, "record_reaction", event=event, reaction="x") is False
    assert desk.call(WORKER, "read_event", event=event)["done"] == ["x"]


def test_what_is_finished_is_owed_no_longer(desk):
    event = owed(desk)
    desk.call(WORKER, "record_reaction", event=event, reaction="x")

    desk.call(WORKER, "finish_event", event=event)

    assert desk.call(WORKER, "read_event", event=event) is None
    assert desk.call(WORKER, "record_reaction", event=event, reaction="x") is False
    assert desk.one("select count(*) from private.reactions") == 0


def test_the_relay_takes_what_is_due_and_leaves_what_is_not(desk):
    due, fresh = owed(desk), owed(desk)
    desk.run("update private.outbox set due_at = now() where event_id = %s", due)

    claimed = desk.rows(WORKER, "claim_missed_events")

    assert [row["event_id"] for row in claimed] == [due]
    assert desk.rows(WORKER, "claim_missed_events") == []
    assert desk.call(WORKER, "read_event", event=fresh)


def test_failing_waits_longer_each_time_and_parks_at_last(desk):
    event = owed(desk)
    waits = []
    for attempt in range(1, 9):
        parked = desk.call(WORKER, "fail_event", event=event, error="x: KeyError")
        waits.append(desk.one("select due_at - now() from private.outbox"))
        assert parked is (attempt == 8)

    assert waits == sorted(waits)
    assert waits[0].total_seconds() == 5
    desk.run("update private.outbox set due_at = now()")
    assert desk.rows(WORKER, "claim_missed_events") == []
    assert desk.call(WORKER, "read_event", event=event) is None


def test_a_parked_event_is_listed_and_tried_again(desk):
    event = owed(desk)
    desk.call(WORKER, "fail_event", event=event, error="x: KeyError", max_attempts=1)

    [parked] = desk.rows("admin", "list_dead_letters")
    assert (parked["event_id"], parked["last_error"]) == (event, "x: KeyError")
    desk.call("admin", "retry_dead_letter", event=event)

    assert desk.rows("admin", "list_dead_letters") == []
    assert [row["event_id"] for row in desk.rows(WORKER, "claim_missed_events")] == [
        event
    ]
    with refused("PT404", "not-found"):
        desk.call("admin", "retry_dead_letter", event=event)


@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_parked_events_are_for_administrators(desk, who):
    with refused("PT403", "denied"):
        desk.rows(who, "list_dead_letters")
    with refused("PT403", "denied"):
        desk.call(who, "retry_dead_letter", event=str(uuid4()))


def test_lag_says_how_much_and_how_old(desk):
    assert desk.call(WORKER, "event_lag") == {
        "pending": 0,
        "dead_lettered": 0,
        "oldest_seconds": 0,
    }

    event = owed(desk)
    owed(desk)
    desk.call(WORKER, "fail_event", event=event, error="x", max_attempts=1)
    desk.run("update private.outbox set created_at = now() - interval '90 s'")

    lag = desk.call(WORKER, "event_lag")
    assert (lag["pending"], lag["dead_lettered"], round(lag["oldest_seconds"])) == (
        1,
        1,
        90,
    )


def test_no_two_relays_get_the_same_event(office):
    first = office()
    for _ in range(60):
        first.ticket("customer")
    first.run("update private.outbox set due_at = now()")

    def claim(_):
        desk, mine = office(), []
        while rows := desk.rows(WORKER, "claim_missed_events", max_items=7):
            mine += [row["event_id"] for row in rows]
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [event for mine in pool.map(claim, range(8)) for event in mine]

    assert len(claimed) == len(set(claimed)) == 60


def test_two_deliveries_at_once_have_one_effect(office):
    desk = office()
    events = [owed(desk) for _ in range(20)]

    def react(event):
        return office().call(WORKER, "record_reaction", event=event, reaction="x")

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(react, events * 3))

    assert sum(told) == 20
