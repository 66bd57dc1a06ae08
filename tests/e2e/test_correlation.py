"""One id from somebody's click to the server of somebody else, through every log."""

import json

import pytest

from tests.open_desk import eventually
from tests.receivers import receiving

pytestmark = pytest.mark.slow
ON_THE_WAY = {
    "ReceiveDbWebhookFunction": "webhook accepted",
    "ProcessEventsFunction": "reacted",
    "DeliverWebhooksFunction": "webhook sent",
}


@pytest.fixture
def receivers(people):
    """Somebody else's server, which asked to hear of new tickets."""
    with receiving() as receivers:
        wish = {"url": f"{receivers.url}/ok", "event_types": ["TICKET_CREATED"]}
        made = people.admin.do("POST", "/v1/webhooks", wish)
        yield receivers
        people.admin.do("DELETE", f"/v1/webhooks/{made['id']}")


def messages(opened, function, trail):
    """What a function has logged of a trail."""
    log = opened.home.function_logs / f"{function}.log"
    lines = log.read_text().splitlines() if log.exists() else []
    told = [json.loads(line) for line in lines if trail in line]
    assert all(line["correlation_id"] == trail for line in told)
    return [line["message"] for line in told if "message" in line]


def test_one_id_leads_from_a_request_to_all_that_it_causes(
    people, database, opened, receivers
):
    draft = {"subject": "Who did that?", "body": "Find out.", "queue": "support"}

    answer = people.customer.send("POST", "/v1/tickets", json=draft)

    trail = answer.headers["x-correlation-id"]
    ticket = answer.json()["id"]
    told = "select correlation_id from public.ticket_events where ticket_id = %s"
    assert database.execute(told, [ticket]).fetchall() == [(trail,)]
    post = receivers.got.get(timeout=60)
    assert post.headers["x-correlation-id"] == trail
    for function, message in ON_THE_WAY.items():
        eventually(lambda: messages(opened, function, trail))  # noqa: B023, waited for
        assert message in messages(opened, function, trail)


def test_two_requests_have_two_trails_whatever_the_client_says(people):
    said = {"x-correlation-id": "mine"}

    trails = {
        people.customer.send("GET", "/v1/whoami", headers=said).headers[name]
        for name in ("x-correlation-id",)
        for _ in range(2)
    }

    assert len(trails) == 2
    assert "mine" not in trails


def test_a_failure_names_its_trail_too(people):
    answer = people.customer.send("GET", "/v1/tickets/999999999")

    assert answer.status_code == 404
    assert answer.headers["x-correlation-id"]
