"""A machine user over the whole stack, with the client of a library for OAuth."""

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from .person import problem

pytestmark = pytest.mark.slow
PERMISSIONS = ["tickets.create", "tickets.read_all", "tickets.note"]


@pytest.fixture
def machine(people):
    """A machine user with its secret, revoked in the end."""
    draft = {"name": "Nightly import", "permissions": PERMISSIONS}
    made = people.admin.do("POST", "/v1/machine-users", draft)
    yield made
    people.admin.do("DELETE", f"/v1/machine-users/{made['id']}")


@pytest.fixture
def open_client(desk, monkeypatch):
    """Open the client of a machine user, as an integrating program does."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the local stack has no TLS
    opened = []

    def open_client(machine, method="client_secret_basic", **options):
        client = OAuth2Client(
            machine["client_id"],
            machine["client_secret"],
            token_endpoint_auth_method=method,
            token_endpoint=f"{desk.api_url}/v1/token",
            grant_type="client_credentials",
            base_url=desk.api_url,
            timeout=60,
            **options,
        )
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        client.close()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_library_gets_a_token_and_works_with_it(people, machine, open_client, method):
    client = open_client(machine, method)

    token = client.fetch_token()

    assert (token["token_type"], token["expires_in"] > 60) == ("bearer", True)
    assert "refresh_token" not in token
    me = client.get("/v1/whoami").json()
    assert (me["id"], me["permissions"]) == (machine["id"], sorted(PERMISSIONS))
    draft = {"subject": "Imported", "body": "From the old desk.", "queue": "support"}
    ticket = client.post("/v1/tickets", json=draft).json()
    events = people.admin.get(f"/v1/tickets/{ticket['id']}/events")["items"]
    assert [(each["actor_name"], each["actor_kind"]) for each in events] == [
        ("Nightly import", "machine")
    ]
    assert problem(client.get("/v1/machine-users")) == (403, "denied")


def test_a_revoked_machine_is_out_at_once(people, machine, open_client):
    client = open_client(machine)
    client.fetch_token()

    people.admin.do("DELETE", f"/v1/machine-users/{machine['id']}")

    assert problem(client.get("/v1/whoami")) == (401, "unauthenticated")
    with pytest.raises(OAuthError, match="invalid_client"):
        client.fetch_token()


def test_an_error_is_read_by_the_library(machine, open_client):
    client = open_client(machine, scope="everything")

    with pytest.raises(OAuthError, match="invalid_scope"):
        client.fetch_token()


def test_a_request_that_is_sent_again_gets_the_same_machine(people, open_client):
    draft = {"name": "Sent twice", "permissions": ["tickets.create"]}
    first, again = (
        people.admin.do("POST", "/v1/machine-users", draft, idempotency_key="m-twice")
        for _ in range(2)
    )

    assert first == again
    assert open_client(again).fetch_token()["access_token"]
    second = people.admin.do("POST", f"/v1/machine-users/{first['id']}/secrets")
    assert open_client(second).fetch_token()["access_token"]
    people.admin.do("DELETE", f"/v1/machine-users/{first['id']}")


def test_a_person_cannot_sign_in_as_a_machine(desk, machine):
    answer = httpx.post(
        f"{desk.supabase_url}/auth/v1/token?grant_type=password",
        headers={"apikey": desk.supabase_publishable_key},
        json={
            "email": f"{machine['id']}@machines.invalid",
            "password": machine["client_secret"],
        },
    )

    assert answer.status_code == 400
