"""People who are invited, so that their user in Auth has another id than they."""

import asyncio
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from infra.local.auth.mail import Mailbox
from tests.channels import PATIENCE

from .person import Person, problem
from .test_realtime import TYPES, listening

pytestmark = pytest.mark.slow


def invitations(home, address):
    emails = Mailbox(home.mail).read()
    return [email for email in emails if f"To: {address}\n" in email]


@pytest.fixture
def auth(desk, http):
    """Send a request to Auth as an administrator."""

    def send(method, path, **body):
        headers = {"apikey": desk.supabase_secret_key}
        url = f"{desk.supabase_url}/auth/v1/{path}"
        answer = http.request(method, url, headers=headers, json=body)
        return answer.raise_for_status().json()

    return send


@pytest.fixture
def invited(desk, http, people, opened, auth):
    """An agent who came by an invitation: their record, and who they are signed in."""
    email = f"invited-{uuid4().hex[:8]}@example.com"
    draft = {"email": email, "name": "Ines Vited", "roles": ["agent", "customer"]}
    record = people.admin.do("POST", "/v1/people", draft, idempotency_key=email)
    again = people.admin.do("POST", "/v1/people", draft, idempotency_key=email)
    assert (record["invitation"], again) == ("sent", record)
    [mail] = invitations(opened.home, email)
    [link] = [line for line in mail.splitlines() if line.startswith("http")]
    answer = httpx.get(link)
    fragment = parse_qs(urlsplit(answer.headers["location"]).fragment)
    person = Person.__new__(Person)
    person.desk, person.http, person.name = desk, http, "invited"
    person.id, person.token = record["id"], fragment["access_token"][0]
    headers = {
        "apikey": desk.supabase_publishable_key,
        "authorization": f"Bearer {person.token}",
    }
    user = http.get(f"{desk.supabase_url}/auth/v1/user", headers=headers).json()
    yield SimpleNamespace(record=record, person=person, user=user["id"])
    auth("DELETE", f"admin/users/{user['id']}", should_soft_delete=True)


def test_who_is_invited_is_the_person_that_was_entered(people, invited):
    me = invited.person.get("/v1/whoami")

    assert me["id"] == invited.record["id"] != invited.user
    assert me["roles"] == ["agent", "customer"]
    seen = people.admin.get(f"/v1/people/{me['id']}")
    assert (seen["invitation"], seen["email"]) == ("accepted", me["email"])
    ticket = invited.person.open_ticket()
    assert ticket["requester_id"] == me["id"]


def test_a_person_listens_as_themselves_whatever_their_user_is(people, invited):
    async def hears():
        async with listening(invited.person) as listener:
            mine = await listener.joins(invited.person.topic("user:"), TYPES)
            as_user = await listener.joins(f"user:{invited.user}", TYPES)
            ticket = await asyncio.to_thread(invited.person.open_ticket)
            event = await asyncio.wait_for(mine.get(), PATIENCE)
        return as_user, event["ticket_id"] == ticket["id"]

    assert invited.person.topic("user:").startswith(f"user:{invited.person.id}")
    refusal, heard = asyncio.run(hears())
    assert isinstance(refusal, str)
    assert heard


def test_deactivating_ends_a_session_and_the_work_at_once(people, invited):
    member = f"/v1/queues/support/members/{invited.person.id}"
    people.admin.do("PUT", member)
    ticket = invited.person.take(people.customer.open_ticket())
    person = f"/v1/people/{invited.person.id}"

    people.admin.do("POST", f"{person}/deactivate")

    gone = invited.person.send("GET", "/v1/whoami")
    assert problem(gone) == (401, "unauthenticated")
    ticket = people.admin.get(f"/v1/tickets/{ticket['id']}")
    assert ticket["assignee_id"] is None
    people.admin.do("POST", f"{person}/reactivate")
    assert problem(invited.person.send("GET", "/v1/whoami")) == (401, "unauthenticated")


def test_a_name_is_changed_at_the_version_that_was_read(people, invited):
    person = f"/v1/people/{invited.person.id}"
    etag = people.admin.send("GET", person).headers["etag"]

    changed = people.admin.do("PATCH", person, {"name": "Ines"}, if_match=etag)
    late = people.admin.send(
        "PATCH", person, json={"name": "I"}, headers={"if-match": etag}
    )

    assert changed["name"] == "Ines"
    assert problem(late) == (412, "stale")
