"""One correlation id from a request to the webhook endpoint, through every log."""

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
    """A webhook endpoint that subscribes to new tickets."""
    with receiving() as receivers:
        endpoint = {"url": f"{receivers.url}/ok", "event_types": ["TICKET_CREATED"]}
        made = people.admin.do("POST", "/v1/webhooks", endpoint)
        yield receivers
        people.admin.do("DELETE", f"/v1/webhooks/{made['id']}")


def messages(opened, function, correlation_id):
    """The messages that a function has logged under a correlation id."""
    log = opened.home.function_logs / f"{function}.log"
    lines = log.read_text().splitlines() if log.exists() else []
    entries = [json.loads(line) for line in lines if correlation_id in line]
    assert all(line["correlation_id"] == correlation_id for line in entries)
    return [line["message"] for line in entries if "message" in line]


def test_one_id_leads_from_a_request_to_all_that_it_causes(
    people, database, opened, receivers
):
    draft = {"subject": "Who did that?", "body": "Find out.", "queue": "support"}

    answer = people.customer.send("POST", "/v1/tickets", json=draft)

    correlation_id = answer.headers["x-correlation-id"]
    ticket = answer.json()["id"]
    query = "select correlation_id from public.ticket_events where ticket_id = %s"
    assert database.execute(query, [ticket]).fetchall() == [(correlation_id,)]
    post = receivers.got.get(timeout=60)
    assert post.headers["x-correlation-id"] == correlation_id
    for function, message in ON_THE_WAY.items():
        eventually(lambda: messages(opened, function, correlation_id))  # noqa: B023, waited for
        assert message in messages(opened, function, correlation_id)


def test_two_requests_have_two_ids_whatever_the_client_sends(people):
    headers = {"x-correlation-id": "mine"}

    ids = {
        people.customer.send("GET", "/v1/whoami", headers=headers).headers[name]
        for name in ("x-correlation-id",)
        for _ in range(2)
    }

    assert len(ids) == 2
    assert "mine" not in ids


def test_a_failure_names_its_correlation_id_too(people):
    answer = people.customer.send("GET", "/v1/tickets/999999999")

    assert answer.status_code == 404
    assert answer.headers["x-correlation-id"]
