"""Queues, their members, availability and claims."""

import pytest

from functions.claim_next_ticket.app import handler as claim
from functions.manage_queues.app import handler as queues
from functions.set_availability.app import handler as agents
from tests.builders import NOW, SOMEBODY, queue_row, ticket_row
from tests.events import send
from tests.fakes import refusal

QUEUE = queue_row()
AGENT = {
    "id": str(SOMEBODY),
    "name": "Ida",
    "availability": "available",
    "availability_since": NOW.isoformat(),
    "capacity": 10,
    "load": 2,
    "skills": ["tax"],
    "last_assigned_at": None,
}
MEMBER = AGENT | {"joined_at": NOW.isoformat()}
SUPPORT = "/v1/queues/support"
ME = "/v1/agents/me"


@pytest.mark.parametrize(
    ("handler", "request_", "result", "function", "arguments"),
    [
        (
            queues,
            ("POST", "/v1/queues", {"key": "billing", "name": " Billing "}),
            QUEUE,
            "create_queue",
            {
                "key": "billing",
                "name": "Billing",
                "strategy": "manual",
                "description": "",
                "open_to_customers": True,
                "customers_set_priority": True,
            },
        ),
        (queues, ("GET", SUPPORT), QUEUE, "get_queue", {"queue": "support"}),
        (
            queues,
            ("GET", f"{SUPPORT}/assignable"),
            {"items": [AGENT], "next": None},
            "list_assignable",
            {"queue": "support", "page_size": 50},
        ),
        (
            queues,
            ("PATCH", SUPPORT, {"default_priority": None, "archived": True}),
            QUEUE,
            "change_queue",
            {
                "queue": "support",
                "changes": {"default_priority": None, "archived": True},
            },
        ),
        (
            queues,
            ("GET", f"{SUPPORT}/members"),
            [MEMBER],
            "list_queue_members",
            {"queue": "support"},
        ),
        (
            queues,
            ("PUT", f"{SUPPORT}/members/{SOMEBODY}"),
            MEMBER,
            "add_queue_member",
            {"queue": "support", "person": str(SOMEBODY)},
        ),
        (
            queues,
            ("DELETE", f"{SUPPORT}/members/{SOMEBODY}"),
            MEMBER,
            "remove_queue_member",
            {"queue": "support", "person": str(SOMEBODY)},
        ),
        (agents, ("GET", ME), AGENT, "get_agent", {"agent": "me"}),
        (
            agents,
            ("PUT", f"{ME}/availability", {"availability": "away", "reassign": True}),
            AGENT | {"put_back": 2},
            "set_availability",
            {"agent": "me", "availability": "away", "reassign": True},
        ),
        (
            agents,
            ("PATCH", f"/v1/agents/{SOMEBODY}", {"skills": []}),
            AGENT,
            "change_agent",
            {"agent": str(SOMEBODY), "changes": {"skills": []}},
        ),
        (
            claim,
            ("POST", "/v1/tickets/claim", {"queue": "support"}),
            [ticket_row()],
            "claim_next_ticket",
            {"queue": "support"},
        ),
        (
            claim,
            ("POST", "/v1/tickets/claim", {}),
            [ticket_row()],
            "claim_next_ticket",
            {},
        ),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_request_is_one_call(rest, handler, request_, result, function, arguments):
    rest.results[function] = result

    answer = send(handler, *request_)

    assert answer.status == (201 if request_[:2] == ("POST", "/v1/queues") else 200)
    assert rest.functions == [function]
    assert rest.arguments(function) == [arguments]


@pytest.mark.parametrize(
    ("handler", "method", "path", "body"),
    [
        (queues, "POST", "/v1/queues", {"key": "No Key", "name": "X"}),
        (queues, "POST", "/v1/queues", {"key": "billing", "name": ""}),
        (queues, "POST", "/v1/queues", {"key": "billing", "name": "a\nb"}),
        (queues, "PATCH", SUPPORT, {"released_after_minutes": 4}),
        (queues, "PATCH", SUPPORT, {"released_after_minutes": 43_201}),
        (queues, "PATCH", SUPPORT, {"default_priority": "top"}),
        (queues, "PATCH", SUPPORT, {"name": None}),
        (queues, "PATCH", SUPPORT, {"strategy": None}),
        (queues, "PATCH", SUPPORT, {"key": "other"}),
        (queues, "PATCH", SUPPORT, {"open_to_customers": None}),
        (queues, "PATCH", SUPPORT, {"customers_set_priority": "yes"}),
        (queues, "PATCH", SUPPORT, {"description": "two\nlines"}),
        (queues, "PATCH", SUPPORT, {"description": "x" * 501}),
        (queues, "PUT", f"{SUPPORT}/members/me", None),
        (agents, "GET", "/v1/agents/ida", None),
        (agents, "PUT", f"{ME}/availability", {"availability": "asleep"}),
        (
            agents,
            "PUT",
            f"{ME}/availability",
            {"availability": "available", "reassign": True},
        ),
        (agents, "PATCH", ME, {"capacity": -1}),
        (agents, "PATCH", ME, {"capacity": 1001}),
        (agents, "PATCH", ME, {"skills": ["two words"]}),
        (agents, "PATCH", ME, {"skills": ["s"] * 51}),
        (agents, "PATCH", ME, {"load": 0}),
        (claim, "POST", "/v1/tickets/claim", {"ticket": "1042"}),
    ],
    ids=lambda value: "" if callable(value) else str(value)[:40],
)
def test_an_invalid_request_never_reaches_the_database(
    rest, handler, method, path, body
):
    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_a_claim_has_an_etag_and_passes_its_key_on(rest):
    rest.results["claim_next_ticket"] = [ticket_row(version=3)]
    key = {"Idempotency-Key": "k1"}

    answer = send(claim, "POST", "/v1/tickets/claim", {}, headers=key)

    assert answer.headers["etag"] == '"3"'
    assert rest.arguments("claim_next_ticket") == [{"idempotency_key": "k1"}]


def test_a_claim_without_a_free_ticket_is_no_content(rest):
    rest.results["claim_next_ticket"] = []

    answer = send(claim, "POST", "/v1/tickets/claim", {})

    assert (answer.status, answer.body) == (204, "")


@pytest.mark.parametrize("slug", ["away", "at-capacity"])
def test_a_claim_that_is_refused_says_what_to_do(rest, slug):
    detail = "Say that you are available first."
    rest.results["claim_next_ticket"] = refusal(409, slug, detail)

    answer = send(claim, "POST", "/v1/tickets/claim", {})

    assert (answer.status, answer.problem) == (409, slug)
    assert answer.json["detail"] == detail
