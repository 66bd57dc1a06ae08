"""From a ticket to somebody else's server, over every part of the desk."""

import httpx
import pytest
from standardwebhooks import Webhook

from infra.local.stack import Deployment
from tests.open_desk import PATIENCE, eventually
from tests.receivers import receiving

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(desk: Deployment):
    signed_in = httpx.post(
        f"{desk.supabase_url}/auth/v1/token?grant_type=password",
        headers={"apikey": desk.supabase_publishable_key},
        json={"email": "admin@example.com", "password": desk.demo_password},
    ).json()
    headers = {"authorization": f"Bearer {signed_in['access_token']}"}
    with httpx.Client(base_url=desk.api_url, headers=headers, timeout=60) as client:
        yield client


def test_a_new_ticket_is_delivered_to_a_webhook_endpoint(admin: httpx.Client):
    with receiving() as receivers:
        body = {"url": f"{receivers.url}/ok", "event_types": ["TICKET_CREATED"]}
        made = admin.post("/v1/webhooks", json=body).raise_for_status().json()
        draft = {"subject": "Tell the others", "body": "Please."}
        ticket = admin.post("/v1/tickets", json=draft).raise_for_status().json()

        post = receivers.got.get(timeout=60)
        event = Webhook(made["secret"]).verify(post.body, post.headers)["data"]

        assert (event["ticket_id"], event["seq"]) == (ticket["id"], 1)
        place = f"/v1/webhooks/{made['id']}"
        [sent] = admin.get(f"{place}/deliveries").json()["items"]
        attempts = f"{place}/deliveries/{sent['id']}/attempts"
        eventually(lambda: admin.get(attempts).json()["items"])
        assert admin.delete(place).status_code == 200


def test_a_ping_goes_at_once(admin: httpx.Client):
    """Five in a row: a test has no time for each of them to wait for its minute."""
    with receiving() as receivers:
        body = {"url": f"{receivers.url}/ok", "event_types": ["TICKET_CREATED"]}
        made = admin.post("/v1/webhooks", json=body).raise_for_status().json()
        place = f"/v1/webhooks/{made['id']}"

        for _ in range(5):
            sent = admin.post(f"{place}/ping").raise_for_status().json()
            post = receivers.got.get(timeout=PATIENCE)
            assert post.headers["webhook-id"] == sent["event_id"]

        assert admin.delete(place).status_code == 200
