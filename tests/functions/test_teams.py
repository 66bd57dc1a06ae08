"""Queues, their people, who is there, and claims, each function as Lambda runs it."""

import pytest

from functions.claim_next_ticket.app import handler as claim
from functions.manage_queues.app import handler as queues
from functions.set_availability.app import handler as agents
from tests.builders import NOW, SOMEBODY, queue, ticket_row
from tests.events import SIGNED_IN, http_event, invoke
from tests.fakes.postgrest import serving

QUEUE = queue().model_dump(mode="json")
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


@pytest.fixture
def rest(monkeypatch):
    from shared.core.http import get_settings

    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
        get_settings.cache_clear()
        yield fake
    get_settings.cache_clear()


def send(handler, method, path, body=None, **headers):
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return invoke(handler, http_event(method, path, body, SIGNED_IN | named))


@pytest.mark.parametrize(
    ("handler", "request_", "answer", "function", "arguments"),
    [
        (
            queues,
            ("POST", "/v1/queues", {"key": "billing", "name": " Billing "}),
            QUEUE,
            "create_queue",
            {"key": "billing", "name": "Billing", "strategy": "manual"},
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
def test_a_request_is_one_question_to_the_database(
    rest, handler, request_, answer, function, arguments
):
    rest.answers = [(200, answer)]

    told = send(handler, *request_)

    assert told.status == (201 if request_[:2] == ("POST", "/v1/queues") else 200)
    [asked] = rest.asked
    assert (asked.function, asked.arguments) == (function, arguments)


@pytest.mark.parametrize(
    ("handler", "method", "path", "body"),
    [
        (queues, "POST", "/v1/queues", {"key": "No Key", "name": "X"}),
        (queues, "POST", "/v1/queues", {"key": "billing", "name": ""}),
        (queues, "POST", "/v1/queues", {"key": "billing", "name": "a\nb"}),
        (queues, "PATCH", SUPPORT, {"released_after_minutes": 4}),
        (queues, "PATCH", SUPPORT, {"released_after_minutes": 43_201}),
        (queues, "PATCH", SUPPORT, {"wait_limit_minutes": 0}),
        (queues, "PATCH", SUPPORT, {"wait_limit_minutes": 10**9}),
        (queues, "PATCH", SUPPORT, {"default_priority": "top"}),
        (queues, "PATCH", SUPPORT, {"name": None}),
        (queues, "PATCH", SUPPORT, {"strategy": None}),
        (queues, "PATCH", SUPPORT, {"key": "other"}),
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
        (claim, "POST", "/v1/tickets/claim", {"queue": ""}),
        (claim, "POST", "/v1/tickets/claim", {"ticket": "1042"}),
    ],
    ids=lambda value: "" if callable(value) else str(value)[:40],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    rest, handler, method, path, body
):
    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.asked


def test_a_claim_tells_the_version_to_send_and_passes_its_key_on(rest):
    rest.answers = [(200, [ticket_row(version=3)])]

    answer = send(claim, "POST", "/v1/tickets/claim", {}, idempotency_key="k1")

    assert answer.headers["etag"] == '"3"'
    assert rest.asked[0].arguments == {"idempotency_key": "k1"}


def test_nothing_free_is_no_content(rest):
    rest.answers = [(200, [])]

    answer = send(claim, "POST", "/v1/tickets/claim", {})

    assert (answer.status, answer.body) == (204, "")


@pytest.mark.parametrize("slug", ["away", "at-capacity"])
def test_who_may_not_claim_now_is_told_what_to_do(rest, slug):
    rest.reports(409, "PT409", slug, "Say that you are available first.")

    answer = send(claim, "POST", "/v1/tickets/claim", {})

    assert (answer.status, answer.problem) == (409, slug)
    assert answer.json["detail"] == "Say that you are available first."
