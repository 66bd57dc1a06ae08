"""Settings, statuses, the audit and access to tickets."""

import base64
import json

import pytest

from functions.explain_access.app import handler as explain_access
from functions.list_audit.app import handler as list_audit
from functions.manage_settings.app import handler as manage_settings
from functions.manage_statuses.app import handler as manage_statuses
from tests.builders import SOMEBODY
from tests.events import send
from tests.fakes import refusal

SETTINGS = {
    "items": [
        {
            "name": "reply_lease",
            "value": 120,
            "default": 120,
            "type": "integer",
            "nullable": False,
            "unit": "seconds",
            "minimum": 10,
            "maximum": 3600,
            "public": True,
            "meaning": "How long a reply lease lasts.",
        }
    ],
    "next": None,
    "version": 4,
}
STATUS = {
    "status": "parts",
    "category": "on_hold",
    "label": "Parts",
    "customer_label": "In progress",
    "agent_label": "Parts",
    "labels": {"en": {"agent_label": "Parts", "customer_label": "In progress"}},
    "position": 7,
    "is_default": False,
    "active": True,
    "version": 2,
}
DRAFT = {
    "status": "parts",
    "category": "on_hold",
    "agent_label": " Parts ",
    "customer_label": "In progress",
}
ENTRY = {
    "id": "7",
    "occurred_at": "2026-11-23T09:00:00Z",
    "actor_id": str(SOMEBODY),
    "actor_name": "Ada",
    "kind": "settings",
    "action": "changed",
    "subject": {},
    "changed": ["email_delay"],
    "before": {"email_delay": "00:00:30"},
    "after": {"email_delay": "00:01:00"},
    "names": {str(SOMEBODY): "Ida"},
    "correlation_id": None,
}
ACCESS = {
    "person": {"id": str(SOMEBODY), "name": "Ida"},
    "can_see": True,
    "reads_notes": False,
    "can_sign_in": True,
    "rules": [
        {"rule": "requester", "applies": True, "explanation": "Requested it."},
        {"rule": "organization", "applies": False, "explanation": "No."},
    ],
}


def test_settings_are_shown_with_their_version(rest):
    rest.results["get_settings"] = SETTINGS

    answer = send(manage_settings, "GET", "/v1/settings")

    assert answer.json["items"] == SETTINGS["items"]
    assert answer.json["next_cursor"] is None
    assert answer.headers["etag"] == '"4"'


def test_settings_are_changed_at_a_version(rest):
    rest.results["change_settings"] = SETTINGS
    change = {"reply_lease": 60, "commands_per_minute": None, "confirm": True}

    answer = send(
        manage_settings, "PATCH", "/v1/settings", change, headers={"If-Match": '"3"'}
    )

    assert (answer.status, answer.headers["etag"]) == (200, '"4"')
    assert rest.arguments("change_settings") == [
        {"changes": change, "expected_version": 3}
    ]


@pytest.mark.parametrize(
    "change",
    [[], {"A": 1}, {"": 1}, {"a": [1]}, {"a": {}}, {"a": 1.5}, {"a": "\0"}],
)
def test_what_is_no_setting_never_reaches_the_database(rest, change):
    answer = send(manage_settings, "PATCH", "/v1/settings", change)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_statuses_are_listed_in_the_languages_of_the_caller(rest):
    steps = {"question": {"new": ["open", "solved"], "closed": []}}
    rest.results["list_statuses"] = {"items": [STATUS], "next": None, "steps": steps}

    answer = send(
        manage_statuses,
        "GET",
        "/v1/statuses",
        headers={"Accept-Language": "de-CH, en;q=0.5"},
    )

    assert answer.json == {"items": [STATUS], "next_cursor": None, "steps": steps}
    assert rest.arguments("list_statuses") == [{"languages": ["de-CH", "de", "en"]}]


def test_a_status_is_added_once_a_key(rest):
    rest.results["create_status"] = STATUS

    answer = send(
        manage_statuses,
        "POST",
        "/v1/statuses",
        DRAFT,
        headers={"Idempotency-Key": "k"},
    )

    assert answer.status == 201
    assert answer.headers["location"] == "/v1/statuses/parts"
    assert answer.headers["etag"] == '"2"'
    assert rest.arguments("create_status") == [
        {
            **DRAFT,
            "agent_label": "Parts",
            "labels": {},
            "is_default": False,
            "idempotency_key": "k",
        }
    ]


def test_a_status_is_changed_as_far_as_it_was_sent(rest):
    rest.results["change_status"] = STATUS

    answer = send(
        manage_statuses,
        "PATCH",
        "/v1/statuses/parts",
        {"active": False},
        headers={"If-Match": '"1"'},
    )

    assert answer.headers["etag"] == '"2"'
    assert rest.arguments("change_status") == [
        {"status": "parts", "changes": {"active": False}, "expected_version": 1}
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/statuses", {**DRAFT, "status": "Parts"}),
        ("POST", "/v1/statuses", {**DRAFT, "category": "later"}),
        ("POST", "/v1/statuses", {**DRAFT, "agent_label": ""}),
        ("POST", "/v1/statuses", {**DRAFT, "labels": {"de": {}}}),
        ("POST", "/v1/statuses", {**DRAFT, "labels": {"DE": DRAFT}}),
        ("PATCH", "/v1/statuses/parts", {"category": "open"}),
        ("PATCH", "/v1/statuses/parts", {"active": "no"}),
        ("PATCH", "/v1/statuses/parts", {"position": 1001}),
        ("PATCH", "/v1/statuses/Parts", {"active": False}),
    ],
)
def test_what_is_no_status_never_reaches_the_database(rest, method, path, body):
    answer = send(manage_statuses, method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("handler", "method", "path", "body", "function"),
    [
        (manage_settings, "PATCH", "/v1/settings", {"a": 1}, "change_settings"),
        (manage_statuses, "POST", "/v1/statuses", DRAFT, "create_status"),
        (manage_statuses, "PATCH", "/v1/statuses/open", {}, "change_status"),
        (list_audit, "GET", "/v1/audit", None, "list_audit"),
        (explain_access, "GET", "/v1/tickets/1/access", None, "explain_access"),
    ],
)
@pytest.mark.parametrize(("status", "slug"), [(403, "denied"), (409, "default-status")])
def test_what_the_database_refuses_is_its_problem(
    rest, handler, method, path, body, function, status, slug
):
    rest.results[function] = refusal(status, slug)

    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (status, slug)


def test_the_audit_is_listed_by_actor_and_subject_in_pages(rest):
    rest.results["list_audit"] = {"items": [ENTRY], "next": [7]}
    query = f"actor={SOMEBODY}&subject=settings&limit=1"

    first = send(list_audit, "GET", "/v1/audit", query=query).json
    cursor = first["next_cursor"]
    send(list_audit, "GET", "/v1/audit", query=f"cursor={cursor}")

    assert first["items"] == [ENTRY]
    assert rest.arguments("list_audit") == [
        {"actor": str(SOMEBODY), "subject": "settings", "page_size": 1},
        {"after": ["7"], "page_size": 50},
    ]


def test_access_is_explained_for_all_or_for_one_person(rest):
    rest.results["explain_access"] = {"items": [ACCESS], "next": ["Ida", str(SOMEBODY)]}
    path = "/v1/tickets/1042/access"

    everybody = send(explain_access, "GET", path).json
    send(explain_access, "GET", path, query=f"cursor={everybody['next_cursor']}")
    send(explain_access, "GET", path, query=f"person={SOMEBODY}&limit=5")

    assert everybody["items"] == [ACCESS]
    assert rest.arguments("explain_access") == [
        {"ticket": "1042", "page_size": 50},
        {"ticket": "1042", "after": ["Ida", str(SOMEBODY)], "page_size": 50},
        {"ticket": "1042", "person": str(SOMEBODY), "page_size": 5},
    ]


@pytest.mark.parametrize(
    ("handler", "path", "query", "status"),
    [
        (list_audit, "/v1/audit", "actor=nobody", 422),
        (list_audit, "/v1/audit", "subject=%00", 422),
        (list_audit, "/v1/audit", "person=x", 422),
        (list_audit, "/v1/audit", "cursor=x", 400),
        (explain_access, "/v1/tickets/1/access", "person=me", 422),
        (explain_access, "/v1/tickets/1/access", "cursor=x", 400),
        (
            explain_access,
            "/v1/tickets/1/access",
            "cursor=" + base64.urlsafe_b64encode(json.dumps(["7"]).encode()).decode(),
            400,
        ),
    ],
)
def test_a_malformed_query_never_reaches_the_database(
    rest, handler, path, query, status
):
    assert send(handler, "GET", path, query=query).status == status
    assert not rest.calls
