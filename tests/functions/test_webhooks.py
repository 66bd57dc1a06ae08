"""Managing and delivering webhooks, each function as Lambda runs it."""

import pytest

from functions.deliver_webhooks import app as deliver
from functions.list_deliveries import app as list_deliveries
from functions.manage_webhooks import app as manage
from functions.try_webhooks import app as trial
from tests.builders import ME, NOW
from tests.events import SIGNED_IN, context, http_event, invoke
from tests.fakes.postgrest import serving
from tests.receivers import receiving

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
OTHER = "8d7f7c1e-1111-4c6e-8a0e-3d3d3a9b1c12"
SECRET = "whsec_" + "bmV3" * 10
WEBHOOK = {
    "id": ID,
    "url": "https://hooks.example.com/autocrm",
    "description": "",
    "event_types": None,
    "include_internal": False,
    "old_secret_ends_at": None,
    "paused_at": None,
    "disabled_at": None,
    "disabled_reason": None,
    "failing_since": None,
    "created_by": str(ME),
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
}
DELIVERY = {
    "id": OTHER,
    "endpoint_id": ID,
    "event_id": OTHER,
    "replay": 0,
    "type": "WEBHOOK_PING",
    "ticket_id": None,
    "seq": None,
    "payload": {"type": "WEBHOOK_PING"},
    "state": "pending",
    "attempts": 0,
    "created_at": NOW.isoformat(),
    "due_at": NOW.isoformat(),
    "delivered_at": None,
    "gave_up_at": None,
    "last_status": None,
    "last_error": None,
}
ATTEMPT = {
    "attempt": 1,
    "attempted_at": NOW.isoformat(),
    "milliseconds": 12,
    "status": 200,
    "request_headers": {"webhook-id": OTHER},
    "request": "{}",
    "response": "ok",
    "error": None,
}
ONE = f"/v1/webhooks/{ID}"
RANGE = {"since": "2026-11-23T09:00:00Z"}


@pytest.fixture
def rest(monkeypatch):
    from shared.core.http import get_settings

    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_worker")
        monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "true")
        get_settings.cache_clear()
        yield fake
        get_settings.cache_clear()


def send(method, path, body=None, query="", **headers):
    given = SIGNED_IN | headers
    event = http_event(method, path, body, given, query)
    return invoke(function_of(method, path).handler, event)


def function_of(method, path):
    if path.endswith(("/secret", "/ping", "/replay")):
        return trial
    return list_deliveries if "/deliveries" in path else manage


@pytest.mark.parametrize(
    ("method", "path", "body", "told", "status", "function", "asked"),
    [
        ("GET", "/v1/webhooks", None, [WEBHOOK], 200, "list_webhooks", {}),
        ("GET", ONE, None, WEBHOOK, 200, "get_webhook", {"webhook": ID}),
        (
            "PATCH",
            ONE,
            {"event_types": None, "paused": True},
            WEBHOOK,
            200,
            "change_webhook",
            {"webhook": ID, "changes": {"event_types": None, "paused": True}},
        ),
        ("DELETE", ONE, None, WEBHOOK, 200, "delete_webhook", {"webhook": ID}),
        (
            "POST",
            f"{ONE}/secret",
            None,
            WEBHOOK | {"secret": SECRET},
            200,
            "rotate_webhook_secret",
            {"webhook": ID, "idempotency_key": "k"},
        ),
        (
            "POST",
            f"{ONE}/ping",
            None,
            DELIVERY,
            201,
            "ping_webhook",
            {"webhook": ID, "idempotency_key": "k"},
        ),
        (
            "POST",
            f"{ONE}/replay",
            RANGE,
            {"replayed": 3},
            200,
            "replay_webhook_events",
            {"webhook": ID, **RANGE, "delivered_too": False, "idempotency_key": "k"},
        ),
        (
            "GET",
            f"{ONE}/deliveries/{OTHER}/attempts",
            None,
            [ATTEMPT],
            200,
            "list_webhook_attempts",
            {"webhook": ID, "delivery": OTHER},
        ),
        (
            "POST",
            f"{ONE}/deliveries/{OTHER}/replay",
            None,
            DELIVERY,
            201,
            "replay_webhook_delivery",
            {"webhook": ID, "delivery": OTHER, "idempotency_key": "k"},
        ),
    ],
)
def test_a_route_is_one_command(
    rest, method, path, body, told, status, function, asked
):
    rest.answers = [(200, told)]
    key = {"idempotency-key": "k"} if method == "POST" else {}

    answer = send(method, path, body, **key)

    assert answer.status == status, answer.body
    [question] = rest.asked
    assert (question.function, question.arguments) == (function, asked)


def test_a_webhook_is_made_and_tells_its_secret(rest):
    rest.answers = [(200, WEBHOOK | {"secret": SECRET})]

    answer = send("POST", "/v1/webhooks", {"url": WEBHOOK["url"]})

    assert (answer.status, answer.json["secret"]) == (201, SECRET)
    assert answer.headers["location"] == ONE


def test_deliveries_are_listed_page_by_page(rest):
    rest.answers = [(200, [DELIVERY, DELIVERY | {"id": ID}]), (200, [])]

    first = send("GET", f"{ONE}/deliveries", query="limit=1&state=failed").json
    query = f"limit=1&cursor={first['next_cursor']}"
    rest_of_it = send("GET", f"{ONE}/deliveries", query=query).json

    assert len(first["items"]) == 1
    assert rest.asked[0].arguments["state"] == "failed"
    assert rest.asked[1].arguments["before"][1] == OTHER
    assert rest_of_it["next_cursor"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/webhooks", {}),
        ("POST", "/v1/webhooks", {"url": "http://hooks.example.com"}),
        ("POST", "/v1/webhooks", {"url": "https://user@hooks.example.com"}),
        ("POST", "/v1/webhooks", {"url": "https://a.example", "event_types": []}),
        ("POST", "/v1/webhooks", {"url": "https://a.example", "event_types": ["X"]}),
        ("POST", "/v1/webhooks", {"url": "https://a.example", "secret": "mine"}),
        ("PATCH", ONE, {"url": None}),
        ("PATCH", ONE, {"enabled": False}),
        ("POST", f"{ONE}/replay", {}),
        ("POST", f"{ONE}/replay", RANGE | {"until": RANGE["since"]}),
        ("POST", f"{ONE}/replay", {"since": "2026-11-23T09:00:00"}),
        ("POST", f"{ONE}/replay", {"since": 1795424400}),
        ("POST", f"{ONE}/replay", {"since": "0001-01-01T00:00:00+14:00"}),
        ("POST", f"{ONE}/replay", RANGE | {"delivered_too": 1}),
        ("PATCH", ONE, {"paused": "yes"}),
    ],
)
def test_what_makes_no_sense_is_refused(rest, method, path, body):
    answer = send(method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert rest.asked == []


def due(url):
    return {
        "delivery_id": OTHER,
        "endpoint_id": ID,
        "event_id": OTHER,
        "type": "WEBHOOK_PING",
        "attempt": 1,
        "age_seconds": 0.0,
        "url": url,
        "secrets": [SECRET],
        "body": "{}",
    }


def test_what_is_due_is_sent_and_recorded(rest, capsys):
    with receiving() as receivers:
        url = f"{receivers.url}/ok"
        rest.answers = [(200, [due(url)]), (200, False), (200, []), (200, 0)]

        told = deliver.handler({}, context(60_000))

    assert told == {"delivered": 1}
    assert [asked.function for asked in rest.asked] == [
        "claim_webhook_deliveries",
        "record_webhook_attempt",
        "claim_webhook_deliveries",
        "delete_old_webhook_deliveries",
    ]
    assert "whsec_" not in capsys.readouterr().out
    assert "signature" not in str(rest.asked[1].arguments)


def test_what_is_due_again_soon_triggers_the_worker(rest, monkeypatch):
    triggers = []
    monkeypatch.setattr(deliver, "trigger_again", triggers.append)
    with receiving() as receivers:
        url = f"{receivers.url}/failing"
        rest.answers = [(200, [due(url)]), (200, True), (200, [])]

        told = deliver.handler({"triggered": True}, context(60_000))

    assert told == {"retry": 1}
    assert [3.75 <= seconds <= 6.25 for seconds in triggers] == [True]
    log = rest.asked[1].arguments["log"]
    assert log["response"] == "a\ufffdb\ufffd"


def test_no_time_is_no_claim(rest):
    rest.answers = [(200, 0)]

    assert deliver.handler({}, context(20_000)) == {}
    assert [asked.function for asked in rest.asked] == ["delete_old_webhook_deliveries"]


def test_an_outage_is_the_queues_to_retry(rest):
    rest.reports(503, "PGRST000", "no connection")

    with pytest.raises(Exception, match="unavailable"):
        deliver.handler({}, context(60_000))
