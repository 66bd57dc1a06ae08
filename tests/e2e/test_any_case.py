"""Ids are ids in any letter case, in every route and body."""

from uuid import uuid4

import pytest

from tests.api_document import api_document

pytestmark = pytest.mark.slow
VERBS = {"get", "post", "put", "patch", "delete"}
NOBODY = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"  # the same at every run
ROUTES = sorted(
    (verb.upper(), path)
    for path, item in api_document()["paths"].items()
    for verb in item
    if verb in VERBS and "{" in path
)
# What a route takes besides its path; without it, a refusal that has found what the
# path names tells as much.
BODIES = {
    ("PATCH", "/v1/tickets/{ticket}"): {"priority": "high"},
    ("PATCH", "/v1/tickets/{ticket}/status"): {"status": "open"},
    ("PUT", "/v1/tickets/{ticket}/assignee"): {"me": True},
    ("POST", "/v1/tickets/{ticket}/comments"): {"body": "So."},
    ("PUT", "/v1/agents/{agent}/availability"): {"availability": "available"},
    ("PUT", "/v1/roles/{role}"): {"name": "Any case", "permissions": []},
    ("POST", "/v1/webhooks/{webhook}/replay"): {"since": "2099-01-01T00:00:00Z"},
    ("PATCH", "/v1/statuses/{status}"): {},
    ("DELETE", "/v1/roles/{role}"): None,
    ("DELETE", "/v1/views/{view}"): None,
    ("DELETE", "/v1/webhooks/{webhook}"): None,
}


# Nobody's event, delivery or secret, and no member of the queue.
ABSENT = {
    "/v1/dead-letters/{event}/retry",
    "/v1/machine-users/{machine}/secrets/{secret}",
    "/v1/queues/{queue}/members/{person}",
    "/v1/webhooks/{webhook}/deliveries/{delivery}/attempts",
    "/v1/webhooks/{webhook}/deliveries/{delivery}/replay",
}

KEYS = {"field", "role", "status"}  # they are no ids
ROLE = {"name": "Any case", "permissions": []}
ELSEWHERE = "https://hooks.example.com/any-case"
WEEK = {"mon": ["09:00-17:00"]}
TARGETS = {"first_reply": {"urgent": 30}}
TAGGED = {"tag": ["any-case"]}
# Made for one request and deleted after it.
MADE = {
    "view": ("/v1/views", {"name": "Any case"}),
    "webhook": ("/v1/webhooks", {"url": ELSEWHERE}),
    "organization": ("/v1/organizations", {"name": "Any case"}),
    "machine": ("/v1/machine-users", {"name": "Any case", "permissions": []}),
    "calendar": (
        "/v1/calendars", {"name": "Any case", "time_zone": "UTC", "week": WEEK},
    ),
    "policy": (
        "/v1/sla-policies",
        {"name": "Any case", "targets": TARGETS, "conditions": TAGGED},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def ids(people, database):
    """One of everything that a path may name."""
    admin = people.admin
    ticket = people.customer.open_ticket()
    people.agent.take(ticket)
    comments = f"/v1/tickets/{ticket['id']}/comments"
    bulk = {"tickets": [ticket["id"]], "change": {"priority": "low"}}
    (queue,) = database.execute(
        "select id::text from public.queues where key = 'support'"
    ).fetchone()
    # Who is deactivated and merged: nobody who signs in.
    address = f"any-case-{uuid4().hex}@example.com"
    record = admin.do("POST", "/v1/people", {"email": address, "name": "Any case"})
    yield {
        "ticket": ticket["id"],
        "comment": people.customer.get(comments)["items"][0]["id"],
        "queue": queue,
        "agent": people.agent.id,
        "person": people.customer2.id,
        "record": record["id"],
        "role": lambda: admin.do("PUT", "/v1/roles/any_case", ROLE)["role"],
        "status": "on_hold",
        "field": admin.get("/v1/fields")["items"][0]["key"],
        "event": NOBODY,
        "delivery": NOBODY,
        "secret": NOBODY,
        "bulk_update": admin.do("POST", "/v1/bulk-updates", bulk)["id"],
    } | {
        name: lambda made=made: admin.do("POST", *made)["id"]
        for name, made in MADE.items()
    }
    # Other tests expect the roles of the people, and no calls for hours.
    admin.send("DELETE", f"/v1/people/{record['id']}/roles/any_case")
    admin.send("DELETE", "/v1/roles/any_case")
    for webhook in admin.get("/v1/webhooks")["items"]:
        if webhook["url"] == ELSEWHERE:
            admin.do("DELETE", f"/v1/webhooks/{webhook['id']}")


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda each: str(each))
def test_a_route_takes_ids_in_capitals(people, ids, method, path):
    def answer(change):
        named = {
            name: value() if callable(value) else value
            for name, value in ids.items()
            if f"{{{name}}}" in path
        }
        if path.startswith("/v1/people/"):
            named["person"] = ids["record"]
        filled = path.format(
            **{k: v if k in KEYS else change(v) for k, v in named.items()}
        )
        body = BODIES.get((method, path))
        if path.endswith("/merge"):
            body = {"into": change(ids["record"])}  # refused, when it was found
        options = {} if body is None else {"json": body}
        answer = people.admin.send(method, filled, **options)
        for name in MADE.keys() & named.keys():
            people.admin.send("DELETE", f"{MADE[name][0]}/{named[name]}")
        return answer.status_code, answer.json().get("type")

    as_made, capitals = answer(str.lower), answer(str.upper)

    assert capitals == as_made
    assert path in ABSENT or as_made[0] != 404


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_a_body_takes_ids_in_capitals(people, ids, change):
    admin, queue, agent = people.admin, change(ids["queue"]), change(ids["agent"])
    ticket = people.customer.open_ticket(queue=queue)
    path = f"/v1/tickets/{ticket['id']}"
    bulk = {"queue": queue, "assignee": agent}

    moved = admin.do("PATCH", path, {"queue": queue})
    given = admin.do("PUT", f"{path}/assignee", {"assignee_id": agent})
    view = admin.do(
        "POST",
        "/v1/views",
        {"name": "V", "queue": queue, "conditions": {"assignee": agent}},
    )
    update = admin.do(
        "POST", "/v1/bulk-updates", {"tickets": [change(ticket["id"])], "change": bulk}
    )
    listed = admin.get(f"/v1/queues/{queue}/tickets", assignee=agent)

    assert moved["queue_id"] == view["queue_id"] == ids["queue"]
    assert given["assignee_id"] == ids["agent"]
    assert update["total"] == 1
    assert ticket["id"] in [each["id"] for each in listed["items"]]
    admin.do("DELETE", f"/v1/views/{change(view['id'])}")
