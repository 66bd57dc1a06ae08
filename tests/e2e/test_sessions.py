"""Signing out, bans and deletions in Auth end at once what a token may do."""

from uuid import uuid4

import pytest

from .person import Person, problem

pytestmark = pytest.mark.slow


@pytest.fixture
def auth(desk, http):
    """Send a request to the administration of Auth's users."""

    def send(method, path="", **body):
        headers = {"apikey": desk.supabase_secret_key}
        url = f"{desk.supabase_url}/auth/v1/admin/users{path}"
        answer = http.request(method, url, headers=headers, json=body)
        return answer.raise_for_status().json()

    return send


@pytest.fixture
def leaver(desk, http, people, auth):
    """A new agent of queue support, who is deleted in the end."""
    name = f"leaver-{uuid4().hex[:8]}"
    email, password = f"{name}@example.com", desk.demo_password
    user = auth("POST", email=email, password=password, email_confirm=True)
    people.admin.do("PUT", f"/v1/people/{user['id']}/roles/agent")
    people.admin.do("PUT", f"/v1/queues/support/members/{user['id']}")
    yield Person(desk, http, name)
    auth("DELETE", f"/{user['id']}", should_soft_delete=True)


def sign_out(person, scope):
    headers = {
        "apikey": person.desk.supabase_publishable_key,
        "authorization": f"Bearer {person.token}",
    }
    url = f"{person.desk.supabase_url}/auth/v1/logout?scope={scope}"
    person.http.post(url, headers=headers).raise_for_status()


def whoami(person):
    return person.send("GET", "/v1/whoami").status_code


def test_a_ban_ends_tokens_and_releases_tickets_at_once(people, auth, leaver):
    ticket = leaver.take(people.customer.open_ticket())
    auth("PUT", f"/{leaver.id}", ban_duration="24h")

    answer = leaver.send("PATCH", f"/v1/tickets/{ticket['id']}", json={"subject": "S"})

    assert problem(answer) == (401, "unauthenticated")
    assert people.admin.get(f"/v1/tickets/{ticket['id']}")["assignee_id"] is None
    auth("PUT", f"/{leaver.id}", ban_duration="none")
    assert whoami(leaver) == 200


def test_a_token_ends_with_its_session_and_not_with_another(desk, http, leaver):
    other = Person(desk, http, leaver.name)

    sign_out(leaver, "local")

    assert (whoami(leaver), whoami(other)) == (401, 200)
    sign_out(other, "global")
    assert whoami(other) == 401


def test_a_deleted_person_may_do_nothing_and_is_no_member(people, auth, leaver):
    auth("DELETE", f"/{leaver.id}", should_soft_delete=True)

    members = people.admin.get("/v1/queues/support/members")["items"]

    assert whoami(leaver) == 401
    assert leaver.id not in [each["id"] for each in members]
