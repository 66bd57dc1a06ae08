"""Managing webhooks, and delivering to them."""

import pytest

from functions.deliver_webhooks.app import handler as deliver_webhooks
from functions.list_deliveries.app import handler as list_deliveries
from functions.manage_webhooks.app import handler as manage_webhooks
from functions.try_webhooks.app import handler as try_webhooks
from shared.core.errors import Unavailable
from tests.builders import ME, NOW, page
from tests.events import context, send
from tests.fakes import OUTAGE, in_turn
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
    "created_by_name": "Ida",
    "version": 1,
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


def handler_of(method, path):
    if path.endswith(("/secret", "/ping", "/replay")):
        return try_webhooks
    return list_deliveries if "/deliveries" in path else manage_webhooks


@pytest.mark.parametrize(
    ("method", "path", "body", "result", "status", "function", "arguments"),
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
def test_a_route_is_one_call(
    rest, method, path, body, result, status, function, arguments
):
    rest.results[function] = result
    key = {"Idempotency-Key": "k"} if method == "POST" else {}

    answer = send(handler_of(method, path), method, path, body, headers=key)

    assert answer.status == status, answer.body
    assert rest.functions == [function]
    assert rest.arguments(function) == [arguments]


def test_a_webhook_is_created_with_a_secret(rest):
    rest.results["create_webhook"] = WEBHOOK | {"secret": SECRET}

    answer = send(manage_webhooks, "POST", "/v1/webhooks", {"url": WEBHOOK["url"]})

    assert (answer.status, answer.json["secret"]) == (201, SECRET)
    assert answer.headers["location"] == ONE
    assert rest.arguments("create_webhook")[0]["url"] == WEBHOOK["url"]


def test_deliveries_are_listed_page_by_page(rest):
    function, path = "list_webhook_deliveries", f"{ONE}/deliveries"
    rest.results[function] = in_turn(
        page(DELIVERY, following=[DELIVERY["created_at"], OTHER]), page()
    )

    first = send(list_deliveries, "GET", path, query="limit=1&state=failed").json
    query = f"limit=1&cursor={first['next_cursor']}"
    last = send(list_deliveries, "GET", path, query=query).json

    assert len(first["items"]) == 1
    assert last["next_cursor"] is None
    start, rest_of_it = rest.arguments(function)
    assert start == {"webhook": ID, "state": "failed", "page_size": 1}
    assert rest_of_it["before"][1] == OTHER


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
        ("POST", f"{ONE}/replay", {"since": "2026-11-23T09:00:00"}),
        ("POST", f"{ONE}/replay", {"since": 1795424400}),
        ("POST", f"{ONE}/replay", {"since": "0001-01-01T00:00:00+14:00"}),
        ("POST", f"{ONE}/replay", RANGE | {"delivered_too": 1}),
        ("PATCH", ONE, {"paused": "yes"}),
        ("POST", "/v1/webhooks", {"url": "ftp://a.example/"}),
    ],
)
def test_an_invalid_request_never_reaches_the_database(rest, method, path, body):
    answer = send(handler_of(method, path), method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("http://hooks.example.com/", "Deliveries go over https alone."),
        ("http://localhost:3000/", "Deliveries go over https alone."),
        ("https://u:p@hooks.example.com/", "The URL must name a host and no user."),
        ("https:///in", "The URL must name a host and no user."),
        ("https://hooks.example.com:8443/", "Deliveries go to port 443 alone."),
        ("https://10.0.0.1/", "The host is not on the public internet."),
        ("https://169.254.169.254/", "The host is not on the public internet."),
        ("https://[::ffff:10.0.0.1]/", "The host is not on the public internet."),
        ("https://2130706433/", "The host is not on the public internet."),
        ("https://localhost/", "The host is not on the public internet."),
        ("https://[::1/", "The URL cannot be read."),
        ("https://0177.0.0.1/", "The URL cannot be read."),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/webhooks"), ("PATCH", ONE)])
def test_a_webhook_that_can_never_work_is_not_saved(rest, method, path, url, detail):
    answer = send(manage_webhooks, method, path, {"url": url})

    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.json["detail"] == detail
    assert not rest.calls


def test_a_local_stack_saves_local_webhooks(rest, monkeypatch):
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "true")
    rest.results["create_webhook"] = WEBHOOK | {"secret": SECRET}

    url = "http://127.0.0.1:3001/in"
    assert send(manage_webhooks, "POST", "/v1/webhooks", {"url": url}).status == 201


def test_a_local_stack_says_where_plain_http_goes(rest, monkeypatch):
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "true")

    body = {"url": "http://hooks.example.com/"}
    answer = send(manage_webhooks, "POST", "/v1/webhooks", body)

    detail = "Plain http goes to localhost alone; elsewhere use https."
    assert (answer.status, answer.json["detail"]) == (422, detail)
    assert not rest.calls


@pytest.fixture
def due(rest, aws, monkeypatch):
    """Let one delivery to an address be due, and say whether it is retried."""
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE", "true")

    def due(url, *, retried):
        delivery = {
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
        rest.results |= {
            "claim_webhook_deliveries": in_turn([delivery], []),
            "record_webhook_attempt": retried,
            "delete_old_webhook_deliveries": 0,
        }

    return due


def test_due_deliveries_are_sent_and_recorded(rest, aws, due, capsys):
    with receiving() as receivers:
        due(f"{receivers.url}/ok", retried=False)
        result = deliver_webhooks({}, context(60_000))

    assert result == {"delivered": 1}
    assert rest.functions == [
        "claim_webhook_deliveries",
        "record_webhook_attempt",
        "claim_webhook_deliveries",
        "delete_old_webhook_deliveries",
    ]
    assert "whsec_" not in capsys.readouterr().out
    assert "signature" not in str(rest.arguments("record_webhook_attempt"))
    assert not aws.calls


def test_a_delivery_that_is_due_again_soon_triggers_the_worker(rest, aws, due):
    with receiving() as receivers:
        due(f"{receivers.url}/failing", retried=True)
        result = deliver_webhooks({"triggered": True}, context(60_000))

    assert result == {"retry": 1}
    [(job, seconds)] = aws.triggered()
    assert (job, 4 <= seconds <= 7) == ("webhooks", True)
    [attempt] = rest.arguments("record_webhook_attempt")
    assert attempt["log"]["response"] == "a\ufffdb\ufffd"


def test_nothing_is_claimed_without_time_to_send_it(rest, due):
    due("http://127.0.0.1:9/", retried=False)

    assert deliver_webhooks({}, context(20_000)) == {}
    assert rest.functions == ["delete_old_webhook_deliveries"]


def test_an_outage_is_raised_for_the_scheduler_to_retry(rest):
    rest.results["claim_webhook_deliveries"] = OUTAGE

    with pytest.raises(Unavailable):
        deliver_webhooks({}, context(60_000))
