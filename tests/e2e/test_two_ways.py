"""Every command over HTTP and directly: hostile values get one refusal, both ways.

Directly, PostgREST names what PostgreSQL refuses by SQLSTATE; `failure` says what our
functions make of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from postgrest import APIError

from shared.core.http import STATUS
from shared.core.persistence.failures import failure

from .person import problem

pytestmark = pytest.mark.slow
NOBODY = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"
COMMANDS = """
select proname, proargnames[1:pronargs]
from pg_proc
where pronamespace = 'api'::regnamespace and provolatile = 'v'
    and has_function_privilege('authenticated', oid, 'execute')
"""

# By type of argument. PostgREST makes texts of numbers before a command sees them.
BROKEN = [
    "a\nb",
    "a\rb",
    "a\x85b",
    "a\u2028b",
    "a\x7fb",
    "a\u202eb",
    "\u200b\u2060",
    "\0",
]
LINE = ["", " ", *BROKEN]
NAME = [None, *LINE, "x" * 121]
TEXT = [None, "", " \n ", "\u200b", "\0", "x" * 50_001]
REASON = ["", *BROKEN, "x" * 501, "x" * 100_000]
TAGS = [["two words"], ["a,b"], [""], ["x" * 51], ["a\u2028b"], ["\u200b"], [None],
        [f"t{n}" for n in range(21)]]  # fmt: skip
ENUM = ["nope", "", "OPEN", "\0"]
ID = ["nope", NOBODY[:-1], "me or you"]
REF = ["nope", NOBODY, "0", "9" * 30]
QUEUE = ["nope", NOBODY, "Support"]
KEY = ["a b", "x" * 256]
DATA = [[], "text", {"a": [[[[[[[[[1]]]]]]]]]}, {"a": "x" * 17_000},
        {str(n): 1 for n in range(101)}]  # fmt: skip
TIMES = [{"created_after": time} for time in
         ("yesterday", "now", "infinity", "epoch", "2026-11-23", "Px", "-P1D", "P", 0,
          "2026-11-23T24:00:00Z", "P999999D", "9" * 400)]  # fmt: skip
CONDITIONS = [*TIMES, [], "all", {"colour": "red"}, {"statuses": ["nope"]},
              {"statuses": "new"}, {"priorities": ["top"]}, {"assignee": "someone"},
              {"requester": "none"}, {"organization": "me"}, {"tags": ["a b"]},
              {"tags": ["t"] * 51}, {"waiting_on": [None]}]  # fmt: skip
MINUTES = [0, -1, 2**31, 1.5, "five"]
BOOLEAN = ["perhaps", 7]
VERSION = [999_999]
LABELS = [[], "all", {"de": {}}, {"de": "Teile"}, {"DE": {"agent_label": "A",
          "customer_label": "C"}}, {"de": {"agent_label": "", "customer_label": "C"}},
          {"de": {"agent_label": 7, "customer_label": "C"}},
          {"de": {"agent_label": "A", "customer_label": "C", "other": "O"}}]  # fmt: skip
Values = list[Any]


def of(name: str, values: Values) -> Values:
    """Changes that name one field."""
    return [{name: value} for value in values]


@dataclass(frozen=True)
class Command:
    """A command with arguments that it would take, and others that it refuses.

    Attributes:
        route: method and path; the path names arguments.
        base: arguments for a world.
        hostile: values by argument. An argument that stands in no list has none: the
            route does not take it as a value of its own.
        body: the body of the request; by default the arguments that the path leaves.
    """

    route: str
    base: Callable[[Any], dict[str, Any]]
    hostile: dict[str, Values]
    body: Callable[[dict[str, Any]], Any] | None = field(default=None)

    def request(self, arguments: dict[str, Any]) -> dict[str, Any]:
        method, path = self.route.split()
        rest = {k: v for k, v in arguments.items() if f"{{{k}}}" not in path}
        headers = {}
        if (key := rest.pop("idempotency_key", None)) is not None:
            headers["idempotency-key"] = key
        if (version := rest.pop("expected_version", None)) is not None:
            headers["if-match"] = f'"{version}"'
        if "changes" in rest:
            rest = rest["changes"]
        body = self.body(arguments) if self.body else rest
        quoted = {name: quote(str(value), "") for name, value in arguments.items()}
        sent = {"json": body} if method != "DELETE" and body != {} else {}
        return {
            "method": method, "path": path.format(**quoted), "headers": headers, **sent
        }  # fmt: skip


TICKET = "/v1/tickets/{ticket}"
WEBHOOK = "/v1/webhooks/{webhook}"
PERSON = "/v1/people/{person}/roles/{role}"


def assignment(arguments: dict[str, Any]) -> Any:
    given = arguments["assignee"]
    return {"me": True} if given == "me" else {"assignee_id": given}


def role(arguments: dict[str, Any]) -> Any:
    return {name: arguments[name] for name in ("name", "permissions")}


WORLD: dict[str, Command] = {
    "create_ticket": Command(
        "POST /v1/tickets",
        lambda w: {"subject": "Two ways", "body": "In."},
        {
            "subject": [None, *LINE, "x" * 201], "body": TEXT, "type": ENUM,
            "priority": ENUM, "queue": ["", *QUEUE, "\0"], "tags": TAGS, "data": DATA,
            "idempotency_key": KEY,
        },
    ),
    "update_ticket": Command(
        "PATCH " + TICKET,
        lambda w: {"ticket": w.ticket, "changes": {"subject": "Two ways"}},
        {
            "ticket": REF,
            "changes": [
                [], {}, {"status": "open"}, *of("subject", [*LINE, None, 7, "x" * 201]),
                *of("type", [*ENUM, None, "incident", "task"]),
                *of("priority", [*ENUM, None]), *of("queue", ["", *QUEUE, None, 7]),
                *of("tags", [*TAGS, "one", [["a"]], [1], None]),
                *of("skills", [*TAGS, "one", [1]]), *of("data", [*DATA, None]),
                {"type": "task", "data": {"due_on": "2026-12-01T00:00:00Z"}},
            ],
            "expected_version": VERSION,
        },
    ),
    "update_ticket_status": Command(
        f"PATCH {TICKET}/status",
        lambda w: {"ticket": w.ticket, "status": "pending"},
        {"ticket": REF, "status": [None, "", "nope", "OPEN", "\0", "x" * 51],
         "reason": REASON, "expected_version": VERSION},
    ),
    "assign_ticket": Command(
        f"PUT {TICKET}/assignee",
        lambda w: {"ticket": w.ticket, "assignee": "me"},
        {"ticket": REF, "assignee": [*ID, NOBODY], "expected_version": VERSION},
        assignment,
    ),
    "release_ticket": Command(
        f"DELETE {TICKET}/assignee",
        lambda w: {"ticket": w.ticket},
        {"ticket": REF, "expected_version": VERSION},
    ),
    "add_comment": Command(
        f"POST {TICKET}/comments",
        lambda w: {"ticket": w.ticket, "body": "So."},
        {"ticket": REF, "body": TEXT, "visibility": ENUM, "idempotency_key": KEY},
    ),
    "redact_comment": Command(
        f"POST {TICKET}/comments/{{comment}}/redaction",
        lambda w: {"ticket": w.ticket, "comment": "1"},
        {"ticket": REF, "comment": REF, "idempotency_key": KEY},
    ),
    "redact_ticket": Command(
        f"POST {TICKET}/redaction",
        lambda w: {"ticket": w.ticket, "redacted_text": "nowhere"},
        {
            "ticket": REF,
            "redacted_text": [None, "", " ", "redacted", "x" * 1_001, "\0"],
            "idempotency_key": KEY,
        },
        lambda arguments: {"text": arguments["redacted_text"]},
    ),
    "set_queue_notifications": Command(
        "PUT /v1/queues/{queue}/notifications",
        lambda w: {"queue": "support", "in_app": True, "email": False},
        {"queue": QUEUE, "in_app": [None, *BOOLEAN], "email": [None, *BOOLEAN]},
    ),
    "lease_reply": Command(
        f"PUT {TICKET}/lease",
        lambda w: {"ticket": w.ticket},
        {"ticket": REF, "take_over": BOOLEAN},
    ),
    "release_reply": Command(
        f"DELETE {TICKET}/lease", lambda w: {"ticket": w.ticket}, {"ticket": REF}
    ),
    "mark_ticket_read": Command(
        f"PUT {TICKET}/read-marker",
        lambda w: {"ticket": w.ticket, "seq": 1},
        {"ticket": REF, "seq": [2**31, "one", 1.5]},
    ),
    "claim_next_ticket": Command(
        "POST /v1/tickets/claim",
        lambda w: {"queue": "support"},
        {"queue": ["", *QUEUE, "\0"], "idempotency_key": KEY},
    ),
    "bulk_update": Command(
        "POST /v1/bulk-updates",
        lambda w: {"change": {"priority": "low"}, "tickets": [w.ticket]},
        {
            "change": [
                [], {}, {"colour": "red"}, {"reason": "Why."}, {"status": "closed"},
                *of("status", ["", "nope", 7]), *of("assignee", [*ID, 7]),
                *of("priority", ENUM), *of("queue", ["", *QUEUE, 7]),
                *of("add_tags", [*TAGS, [], "one", [1]]),
                *of("remove_tags", [*TAGS, [], "one"]),
                *({"status": "open", "reason": reason} for reason in REASON),
            ],
            "tickets": [[], ["nope"], ["-1"], [*map(str, range(1, 1_002))], [None]],
            "view": [NOBODY], "idempotency_key": KEY,
        },
    ),
    "undo_bulk_update": Command(
        "POST /v1/bulk-updates/{bulk_update}/undo",
        lambda w: {"bulk_update": NOBODY},
        {"bulk_update": [*ID, NOBODY]},
    ),
    "create_view": Command(
        "POST /v1/views",
        lambda w: {"name": "Two ways"},
        {
            "name": NAME, "scope": ENUM, "queue": ["", *QUEUE, "\0"],
            "conditions": CONDITIONS, "sort": ["subject", "waiting"],
            "idempotency_key": KEY,
        },
    ),
    "change_view": Command(
        "PATCH /v1/views/{view}",
        lambda w: {"view": w.view, "changes": {"name": "Two ways"}},
        {
            "view": [*ID, NOBODY],
            "changes": [
                [], {"owner_id": NOBODY}, *of("name", [*NAME, 7]), *of("scope", ENUM),
                *of("queue", ["", *QUEUE, 7]), *of("conditions", CONDITIONS),
                *of("sort", ["subject", "waiting", None]),
            ],
        },
    ),
    "delete_view": Command(
        "DELETE /v1/views/{view}", lambda w: {"view": NOBODY}, {"view": [*ID, NOBODY]}
    ),
    "create_queue": Command(
        "POST /v1/queues",
        lambda w: {"key": f"q{uuid4().hex[:12]}", "name": "Two ways"},
        {
            "key": [None, "", "No!", "1a", "x" * 41, "a\n", "a" + NOBODY[1:]],
            "name": NAME, "strategy": ["", "nope", "\0"], "default_priority": ENUM,
            "released_after_minutes": MINUTES, "wait_limit_minutes": MINUTES,
            "idempotency_key": KEY,
        },
    ),
    "change_queue": Command(
        "PATCH /v1/queues/{queue}",
        lambda w: {"queue": "support", "changes": {"strategy": "manual"}},
        {
            "queue": QUEUE,
            "changes": [
                [], {"key": "other"}, *of("name", [*NAME, 7]), *of("archived", BOOLEAN),
                *of("strategy", ["", "nope", 7]), *of("default_priority", ENUM),
                *of("released_after_minutes", MINUTES),
                *of("wait_limit_minutes", MINUTES),
            ],
        },
    ),
    "add_queue_member": Command(
        "PUT /v1/queues/{queue}/members/{person}",
        lambda w: {"queue": "support", "person": w.agent},
        {"queue": QUEUE, "person": [*ID, NOBODY]},
    ),
    "remove_queue_member": Command(
        "DELETE /v1/queues/{queue}/members/{person}",
        lambda w: {"queue": "support", "person": NOBODY},
        {"queue": QUEUE, "person": [*ID, NOBODY]},
    ),
    "set_availability": Command(
        "PUT /v1/agents/{agent}/availability",
        lambda w: {"agent": w.agent, "availability": "available"},
        {"agent": [*ID, NOBODY], "availability": [None, *ENUM], "reassign": BOOLEAN},
    ),
    "change_agent": Command(
        "PATCH /v1/agents/{agent}",
        lambda w: {"agent": w.agent, "changes": {"capacity": 10}},
        {
            "agent": [*ID, NOBODY],
            "changes": [
                [], {"load": 1}, *of("capacity", [-1, 1_001, 2**40, 1.5, "ten", None]),
                *of("skills", [*TAGS[:-1], "one", [1], [f"s{n}" for n in range(51)]]),
            ],
        },
    ),
    "grant_role": Command(
        "PUT " + PERSON,
        lambda w: {"person": w.agent, "role": "agent"},
        {"person": [*ID, NOBODY], "role": ["nope"]},
        lambda arguments: {},
    ),
    "revoke_role": Command(
        "DELETE " + PERSON,
        lambda w: {"person": w.agent, "role": "nope"},
        {"person": [*ID, NOBODY], "role": ["nope"]},
    ),
    "define_role": Command(
        "PUT /v1/roles/{role}",
        lambda w: {"role": "two_ways", "name": "Two ways", "permissions": []},
        {"role": ["No!", "x" * 41, "admin"], "name": NAME,
         "permissions": [None, ["nope"], [""], [None], ["tickets.read"] * 101],
         "expected_version": VERSION},
        role,
    ),
    "delete_role": Command(
        "DELETE /v1/roles/{role}",
        lambda w: {"role": "no_such_role"},
        {"role": ["x" * 41, "agent", "no_such_role"], "expected_version": VERSION},
    ),
    "change_settings": Command(
        "PATCH /v1/settings",
        lambda w: {"changes": {}},
        {
            "changes": [
                [], {"version": 7}, {"only_row": True}, {"nope": 1}, {"email_delay": {}},
                *of("email_delay", [-1, 3_601, 1.5, "PT1M", None, True, 10**30]),
                *of("confirm_new_tickets", [*BOOLEAN, None, 0]),
                *of("default_language", ["", "EN", "english", "de\n", "\0", None, 7]),
                *of("commands_per_minute", [0, -1, 2**31, "many"]),
            ],
            "expected_version": VERSION,
        },
    ),
    "create_status": Command(
        "POST /v1/statuses",
        lambda w: {"status": "two_ways", "category": "on_hold", "agent_label": "A",
                   "customer_label": "C"},
        {
            "status": [None, "", "Open", "x" * 51, "open", "\0"],
            "category": [None, *ENUM],
            "agent_label": [*NAME, "x" * 81], "customer_label": [*NAME, "x" * 81],
            "labels": LABELS, "position": [-1, 1_001, 2**31, 1.5, "first"],
            "is_default": BOOLEAN, "idempotency_key": KEY,
        },
    ),
    "change_status": Command(
        "PATCH /v1/statuses/{status}",
        lambda w: {"status": "on_hold", "changes": {}},
        {
            "status": ["nope", "x" * 50],
            "changes": [
                [], {"category": "open"}, {"status": "other"},
                *of("agent_label", [*NAME, "x" * 81, 7]),
                *of("customer_label", [*NAME, "x" * 81, 7]),
                *of("labels", [*LABELS, None]),
                *of("position", [-1, 1_001, 2**31, 1.5, "first", None]),
                *of("is_default", [*BOOLEAN, None, False]),
                *of("active", [*BOOLEAN, None, False]),
            ],
            "expected_version": VERSION,
        },
    ),
    "set_notification_preferences": Command(
        "PUT /v1/notification-preferences",
        lambda w: {"preferences": []},
        {
            "preferences": [
                {}, [{}], [1], ["TICKET_CREATED"],
                *([{"type": kind, "in_app": True, "email": True}]
                  for kind in ("TICKET_EATEN", None, 7)),
                [{"type": "TICKET_CREATED", "in_app": "yes", "email": True}],
                [{"type": "TICKET_CREATED", "in_app": True}],
                [{"type": "TICKET_CREATED", "in_app": True, "email": True}] * 2,
            ],
        },
        lambda arguments: {"items": arguments["preferences"]},
    ),
    "mark_notifications_read": Command(
        "POST /v1/notifications/read",
        lambda w: {"ids": [NOBODY]},
        {"ids": [["nope"], [None]], "up_to": ["nope"], "idempotency_key": KEY},
    ),
    "retry_dead_letter": Command(
        "POST /v1/dead-letters/{event}/retry",
        lambda w: {"event": NOBODY},
        {"event": [*ID, NOBODY], "idempotency_key": KEY},
    ),
    "create_webhook": Command(
        "POST /v1/webhooks",
        lambda w: {"url": "https://hooks.example.com/two-ways"},
        {
            "url": [None, "", "ftp://a", "http://a.example", "https://a b", "\0",
                    "https://a.example/" + "x" * 2_000],
            "description": [*BROKEN, "x" * 201],
            "event_types": [[], ["TICKET_EATEN"], [None], ["TICKET_CREATED"] * 51],
            "include_internal": BOOLEAN, "idempotency_key": KEY,
        },
    ),
    "change_webhook": Command(
        "PATCH " + WEBHOOK,
        lambda w: {"webhook": w.webhook, "changes": {"description": ""}},
        {
            "webhook": [*ID, NOBODY],
            "changes": [
                [], {"secret": "s"}, *of("url", ["", "ftp://a", None, 7]),
                *of("description", [*BROKEN, "x" * 201, None, 7]),
                *of("event_types", [[], ["TICKET_EATEN"], "TICKET_CREATED", [7]]),
                *of("include_internal", [*BOOLEAN, None]), *of("paused", BOOLEAN),
                *of("enabled", [*BOOLEAN, False]),
            ],
        },
    ),
    "delete_webhook": Command(
        "DELETE " + WEBHOOK, lambda w: {"webhook": NOBODY}, {"webhook": [*ID, NOBODY]}
    ),
    "rotate_webhook_secret": Command(
        f"POST {WEBHOOK}/secret",
        lambda w: {"webhook": w.webhook},
        {"webhook": [*ID, NOBODY], "idempotency_key": KEY},
    ),
    "ping_webhook": Command(
        f"POST {WEBHOOK}/ping",
        lambda w: {"webhook": w.webhook},
        {"webhook": [*ID, NOBODY], "idempotency_key": KEY},
    ),
    "replay_webhook_events": Command(
        f"POST {WEBHOOK}/replay",
        lambda w: {"webhook": w.webhook, "since": "2026-11-23T09:00:00Z"},
        {"webhook": [*ID, NOBODY], "since": ["soon", None],
         "until": ["soon", "2026-11-23T08:59:59Z", "2027-01-01T00:00:00Z"],
         "delivered_too": BOOLEAN, "idempotency_key": KEY},
    ),
    "replay_webhook_delivery": Command(
        f"POST {WEBHOOK}/deliveries/{{delivery}}/replay",
        lambda w: {"webhook": w.webhook, "delivery": NOBODY},
        {"webhook": [*ID, NOBODY], "delivery": [*ID, NOBODY]},
    ),
}  # fmt: skip
# Keys of what is refused before the key is looked at.
NO_KEY = {"undo_bulk_update", "replay_webhook_delivery"}


@pytest.fixture(scope="module")
def world(people):
    """What the commands are about: of an administrator, in queue support."""
    admin = people.admin
    ticket = people.customer.open_ticket()
    people.agent.take(ticket)
    people.agent.set_status(ticket, "open")
    # Of what does not happen here, so that nothing is delivered meanwhile.
    quiet = {"event_types": ["TICKET_REPLY_TAKEN_OVER"]}
    webhook = admin.do(
        "POST", "/v1/webhooks", {"url": "https://hooks.example.com/", **quiet}
    )
    view = admin.do("POST", "/v1/views", {"name": "Mine"})
    yield SimpleNamespace(
        ticket=str(ticket["id"]),
        agent=people.agent.id,
        view=view["id"],
        webhook=webhook["id"],
    )
    admin.do("DELETE", f"/v1/webhooks/{webhook['id']}")
    admin.do("DELETE", f"/v1/views/{view['id']}")


def over_http(person, command, arguments):
    return problem(person.send(**command.request(arguments)))


def directly(person, function, arguments):
    answer = person.data_api("POST", f"rpc/{function}", json=arguments)
    assert not answer.is_success, answer.text
    refused = failure(APIError(answer.json()))
    kind = next(each for each in type(refused).__mro__ if each in STATUS)
    return STATUS[kind], refused.problem


@pytest.mark.parametrize("function", WORLD)
def test_both_ways_refuse_the_same_and_change_nothing(
    people, world, unchanged, function
):
    command, differing = WORLD[function], {}

    with unchanged():
        for name, values in command.hostile.items():
            for value in values:
                arguments = {**command.base(world), name: value}
                if name == "view" and function == "bulk_update":
                    del arguments["tickets"]
                if name == "up_to":
                    del arguments["ids"]
                ways = (
                    over_http(people.admin, command, arguments),
                    directly(people.admin, function, arguments),
                )
                if ways[0] != ways[1] or not 400 <= ways[0][0] < 500:
                    differing[f"{name}={value!r}"[:80]] = ways

    assert differing == {}


def test_every_command_and_argument_is_in_the_table(database):
    found = {name: set(arguments) for name, arguments in database.execute(COMMANDS)}

    listed = {
        name: set(command.hostile) | ({"idempotency_key"} if name in NO_KEY else set())
        for name, command in WORLD.items()
    }
    assert listed == found
