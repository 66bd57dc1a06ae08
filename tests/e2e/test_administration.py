"""Administrators run the desk over HTTP; everybody else sees what concerns them."""

from uuid import uuid4

import pytest

from .person import problem

pytestmark = pytest.mark.slow
SETTINGS, STATUSES, AUDIT = "/v1/settings", "/v1/statuses", "/v1/audit"


def setting(person, name):
    items = person.get(SETTINGS)["items"]
    return next((each["value"] for each in items if each["name"] == name), None)


def test_a_setting_is_changed_at_its_version_and_audited(people):
    admin, usual = people.admin, setting(people.admin, "reply_lease")
    etag = admin.send("GET", SETTINGS).headers["etag"]

    changed = admin.send(
        "PATCH", SETTINGS, json={"reply_lease": 90}, headers={"if-match": etag}
    )
    seen = setting(people.customer, "reply_lease")
    late = admin.send(
        "PATCH", SETTINGS, json={"reply_lease": 80}, headers={"if-match": etag}
    )
    admin.do("PATCH", SETTINGS, {"reply_lease": usual})

    assert changed.status_code == 200
    assert seen == 90
    assert problem(late) == (412, "stale")
    assert setting(people.customer, "email_delay") is None
    [back, there, *_] = admin.get(AUDIT, subject="settings")["items"]
    assert there["correlation_id"] == changed.headers["x-correlation-id"]
    assert (there["actor_id"], there["changed"]) == (admin.id, ["reply_lease"])
    assert (there["before"], there["after"]) == (back["after"], back["before"])
    assert problem(people.lead.send("GET", AUDIT)) == (403, "denied")


def test_statuses_are_labelled_for_the_caller(people):
    def label(person, language):
        answer = person.send("GET", STATUSES, headers={"accept-language": language})
        [status] = [
            each
            for each in answer.json()["items"]
            if each["status"] == "waiting_for_parts"
        ]
        return status["label"], status["agent_label"]

    assert label(people.agent, "en") == ("Waiting for parts",) * 2
    assert label(people.agent, "de-CH, en;q=0.5") == ("Wartet auf Teile",) * 2
    assert label(people.customer, "fr, de;q=0.9") == ("Teile sind unterwegs", None)


def test_a_default_status_stays_on(people, unchanged):
    with unchanged():
        off = people.admin.send("PATCH", f"{STATUSES}/open", json={"active": False})

    assert problem(off) == (409, "default-status")


def test_access_is_explained_as_it_is(people):
    ticket = people.customer.open_ticket()
    path = f"/v1/tickets/{ticket['id']}/access"

    for person in (people.customer, people.customer2, people.agent, people.admin):
        [access] = people.agent.get(path, person=person.id)["items"]
        gets = person.send("GET", f"/v1/tickets/{ticket['id']}").is_success
        assert access["can_see"] is gets
    assert problem(people.customer.send("GET", path)) == (403, "denied")
    assert problem(people.customer2.send("GET", path)) == (404, "not-found")


def test_a_role_is_deleted_when_nobody_holds_it(people):
    admin, path = people.admin, f"/v1/roles/r{uuid4().hex[:12]}"
    admin.do("PUT", path, {"name": "Triager", "permissions": []})
    held = f"/v1/people/{people.customer2.id}{path.removeprefix('/v1')}"
    admin.do("PUT", held)

    refused = admin.send("DELETE", path)
    admin.do("DELETE", held)

    assert problem(refused) == (409, "role-held")
    assert people.customer2.id in refused.json()["detail"]
    assert admin.do("DELETE", path)["name"] == "Triager"
    permissions = people.customer.get("/v1/permissions")["items"]
    assert "roles.manage" in [each["permission"] for each in permissions]
