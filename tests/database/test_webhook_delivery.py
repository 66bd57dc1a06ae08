"""Webhook deliveries to real receivers, each difficult in its own way."""

import json
import subprocess
import sys
from datetime import datetime

import pytest
from standardwebhooks import Webhook

from infra.local.platform import ROOT
from shared.core.auth import source_headers
from tests.receivers import ABSURD, receiving

from .webhook_worker import deliver
from .webhooks import create_event, create_webhook, deliveries

pytestmark = pytest.mark.slow
LONG_ENOUGH = 20.0
TOO_LONG = 0.3  # seconds until a receiver that never ends is left alone
LONG_FOR_A_STATUS = 3.0  # also on a busy machine


@pytest.fixture
def receivers():
    with receiving() as receivers:
        yield receivers


@pytest.fixture
def db(connect):
    return connect()


def outcome(db, hook):
    [found] = deliveries(db, hook)
    arguments = {"webhook": hook["id"], "delivery": found["id"]}
    log = db.rows("admin", "list_webhook_attempts", **arguments)
    return found, log


def seconds_between(until, since):
    between = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return between.total_seconds()


def make_due(db):
    db.execute("update private.webhook_deliveries set due_at = now()")


def test_deliveries_carry_the_correlation_id(db, receivers):
    create_webhook(db, url=receivers.url + "/ok")
    db.execute("select vault.create_secret('shared', 'autocrm_source_secret')")
    named = {
        "x-correlation-id": "JKJaXmPLvHcESHA=",
        **source_headers("203.0.113.7", "JKJaXmPLvHcESHA=", "shared"),
    }
    headers = json.dumps(named)
    db.execute("select set_config('request.headers', %s, false)", headers)
    create_event(db)

    deliver(db)

    post = receivers.got.get_nowait()
    assert post.headers["x-correlation-id"] == "JKJaXmPLvHcESHA="
    assert json.loads(post.body)["data"]["correlation_id"] == "JKJaXmPLvHcESHA="


def test_deliveries_verify_with_the_standardwebhooks_library(db, receivers):
    hook = create_webhook(db, url=receivers.url + "/ok")
    event = create_event(db)

    run = deliver(db)

    [post] = receivers.taken()
    read = Webhook(hook["secret"]).verify(post.body, post.headers)
    assert read == {
        "type": "TICKET_CREATED",
        "timestamp": event["occurred_at"],
        "data": {name: event[name] for name in read["data"]},
    }
    assert post.headers["webhook-id"] == event["id"]
    assert post.headers["content-type"] == "application/json"
    found, [attempt] = outcome(db, hook)
    assert (found["state"], attempt["response"]) == ("delivered", "ok")
    assert "webhook-signature" not in attempt["request_headers"]
    assert hook["secret"] not in json.dumps([found, attempt])
    assert run.outcomes == {"delivered": 1}


def test_both_secrets_sign_during_rotation(db, receivers):
    old = create_webhook(db, url=receivers.url + "/ok")
    new = db.call("admin", "rotate_webhook_secret", webhook=old["id"])
    create_event(db)

    deliver(db)

    [post] = receivers.taken()
    for secret in (old["secret"], new["secret"]):
        Webhook(secret).verify(post.body, post.headers)


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/failing", 500, "It answered 500."),
        ("/moved", 302, "It answered 302; redirects are not followed."),
        ("/hanging", None, "No answer within 0.3 seconds."),
        ("/dripping", None, "No answer within 0.3 seconds."),
        ("/reset", None, ""),
        ("/garbage", None, ""),
        ("/half", None, ""),
    ],
)
def test_failures_are_logged_and_retried(db, receivers, path, status, error):
    hook = create_webhook(db, url=receivers.url + path)
    create_event(db)

    run = deliver(db, TOO_LONG if status is None else LONG_ENOUGH)

    found, [attempt] = outcome(db, hook)
    assert (found["state"], found["last_status"]) == ("pending", status)
    assert error in attempt["error"]
    assert 3.75 <= run.next_seconds <= 6.25
    assert run.outcomes == {"retry": 1}
    assert [post.path for post in receivers.taken()] == [path]


@pytest.mark.parametrize("path", ABSURD)
def test_whatever_a_receiver_says_the_attempt_is_recorded(db, receivers, path):
    hook = create_webhook(db, url=receivers.url + path)
    create_event(db)

    run = deliver(db)

    found, [attempt] = outcome(db, hook)
    assert run.outcomes == {"retry": 1}
    assert (found["state"], found["attempts"]) == ("pending", 1)
    assert attempt["error"]
    longest = 3600 if path == "/long" else 6.25
    assert 3.75 <= run.next_seconds <= longest
    waits = seconds_between(found["due_at"], attempt["attempted_at"])
    assert waits >= run.next_seconds


@pytest.mark.parametrize("path", ["/drizzling", "/flooding"])
def test_a_status_counts_whatever_its_body(db, receivers, path):
    hook = create_webhook(db, url=receivers.url + path)
    create_event(db)

    deliver(db, LONG_FOR_A_STATUS if path == "/drizzling" else LONG_ENOUGH)

    found, [attempt] = outcome(db, hook)
    assert found["state"] == "delivered"
    assert len(attempt["response"]) <= 1024
    assert set(attempt["response"]) == {"x"}


def test_500_then_200_is_delivered_at_the_second_attempt(db, receivers):
    hook = create_webhook(db, url=receivers.url + "/mending")
    create_event(db)
    deliver(db)
    receivers.mended.set()
    make_due(db)

    deliver(db)

    found, log = outcome(db, hook)
    assert found["state"] == "delivered"
    assert [each["status"] for each in log] == [500, 200]
    first, second = receivers.taken()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_retry_after_is_respected(db, receivers):
    hook = create_webhook(db, url=receivers.url + "/later")
    create_event(db)

    deliver(db)

    found, [attempt] = outcome(db, hook)
    assert seconds_between(found["due_at"], attempt["attempted_at"]) >= 119


def test_status_410_disables_the_endpoint(db, receivers):
    hook = create_webhook(db, url=receivers.url + "/gone")
    create_event(db)

    deliver(db)
    create_event(db)
    deliver(db)

    seen = db.call("admin", "get_webhook", webhook=hook["id"])
    assert seen["disabled_reason"] == "gone"
    assert len(receivers.taken()) == 1


def test_hanging_endpoints_do_not_delay_others(db, receivers):
    create_webhook(db, url=receivers.url + "/hanging")
    quick = create_webhook(db, url=receivers.url + "/ok")
    for _ in range(9):
        create_event(db)

    deliver(db, 1.5)

    assert {each["state"] for each in deliveries(db, quick)} == {"delivered"}
    # All nine arrive before the first of those that hang is left alone.
    paths = [post.path for post in receivers.taken()]
    assert sorted(paths[:17]) == ["/hanging"] * 8 + ["/ok"] * 9


def test_killed_workers_lose_no_delivery(db, receivers, server):
    hook = create_webhook(db, url=receivers.url + "/hanging")
    event = create_event(db)
    dsn = server.dsn(db.connection.info.dbname)
    command = [sys.executable, "-m", "tests.database.webhook_worker", dsn]
    with subprocess.Popen(command, cwd=ROOT) as worker:  # noqa: S603
        assert receivers.got.get(timeout=60).headers["webhook-id"] == event["id"]
        worker.kill()
    assert deliver(db).outcomes == {}  # still leased

    url = receivers.url + "/ok"
    db.call("admin", "change_webhook", webhook=hook["id"], changes={"url": url})
    db.execute(
        "update private.webhook_deliveries"
        " set due_at = now(), leased_until = now() - interval '1 second'"
    )
    deliver(db)

    found, [attempt] = outcome(db, hook)
    assert (found["state"], attempt["attempt"]) == ("delivered", 2)
    assert receivers.got.get_nowait().headers["webhook-id"] == event["id"]
