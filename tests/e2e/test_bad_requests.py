"""Invalid requests: each gets its problem and changes nothing."""

import json

import pytest

from .person import problem

pytestmark = pytest.mark.slow
NOBODY = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"  # the same at every run
AS_JSON = {"content-type": "application/json"}
DRAFT = {"subject": "The bell is mute", "body": "It was loud."}


def draft(**fields):
    return json.dumps(DRAFT | fields).encode()


def with_data(raw):
    return b'{"subject": "s", "body": "b", "data": {"a": ' + raw + b"}}"


@pytest.fixture(scope="module")
def ticket(people):
    """A ticket of the customer that the agent works, at a version past the first."""
    opened = people.customer.open_ticket()
    people.agent.take(opened)
    return people.agent.set_status(opened, "open")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"7", 422),
        (b"\xff\xfe", 400),
        (draft(subject="")[:-2], 400),
        (draft() + b"trailing", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 40_000, 400),
        (draft(subject=None), 422),
        (draft(subject=7), 422),
        (draft(subject=""), 422),
        (draft(subject="   "), 422),
        (draft(subject="\u2003\u00a0"), 422),
        (draft(subject="a\nb"), 422),
        (draft(subject="a\0b"), 422),
        (draft(subject="\ud800"), 422),
        (draft(subject="x" * 201), 422),
        (draft(subject="x" * 1_000_000), 413),
        (draft(body="\0"), 422),
        (draft(body="\udfff"), 422),
        (draft(body="x" * 50_001), 422),
        (draft(body="x" * 300_000), 413),
        (draft(type="unheard-of"), 422),
        (draft(type="incident"), 422),
        (draft(type="task", data={"due_on": "soon"}), 422),
        (draft(priority="top"), 422),
        (draft(queue="nowhere"), 422),
        (draft(queue=NOBODY), 422),
        (draft(queue="a\0"), 422),
        (draft(queue={"key": "support"}), 422),
        (draft(tags=["a b"]), 422),
        (draft(tags=["a\0"]), 422),
        (draft(tags=["\ud800"]), 422),
        (draft(tags=["x" * 51]), 422),
        (draft(tags=["x"] * 21), 422),
        (draft(tags={"a": 1}), 422),
        (draft(data=[]), 422),
        (draft(data={"a": "\0"}), 422),
        (draft(data={"a\0": 1}), 422),
        (draft(data={"a": "\ud800"}), 422),
        (draft(data={"a": "x" * 60_000}), 422),
        (draft(data={str(key): 1 for key in range(101)}), 422),
        (with_data(b"NaN"), 422),
        (with_data(b"1e999"), 422),
        (with_data(b"-1e999"), 422),
        (with_data(b"Infinity"), 422),
        (with_data(b"9" * 5_000), 422),
        (with_data(b"[" * 20 + b"]" * 20), 422),
        (with_data(b'{"a":' * 20 + b"1" + b"}" * 20), 422),
        (draft(status="closed"), 422),
        (draft(requester_id=NOBODY), 422),
        (draft(id=NOBODY), 422),
        (draft(triaged_priority="urgent"), 422),
        (draft(idempotency_key="k"), 422),
        (draft(__proto__={}), 422),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_draft_that_is_invalid(people, unchanged, body, status):
    with unchanged():
        answer = people.customer.send(
            "POST",
            "/v1/tickets",
            content=body,
            headers={"content-type": "application/json", "idempotency-key": "bad"},
        )

    assert problem(answer)[0] == status


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        (draft(subject="'; drop table public.tickets; --"), None),
        (draft(subject="${jndi:ldap://x}"), None),
        (draft(subject="<script>alert(1)</script>"), None),
        (draft(subject="\U0001f6b2" * 200), None),
        (b'{"subject": "first", "subject": "last", "body": "b"}', "last"),
        (draft(data={"a": {"b": [None, 1e22, -0.0, "\u2028"]}}), None),
        (draft(data={"a": 2**70}), None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_draft_that_is_only_odd_is_kept_as_it_is(people, body, subject):
    headers = {"content-type": "application/json"}

    answer = people.customer.send("POST", "/v1/tickets", content=body, headers=headers)

    assert answer.status_code == 201, answer.text
    kept = people.customer.get(f"/v1/tickets/{answer.json()['id']}")
    assert kept["subject"] == (subject or json.loads(body)["subject"])
    assert kept["data"] == json.loads(body).get("data", {})


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("text/plain", {400, 415, 422}),
        ("application/x-www-form-urlencoded", {400, 415, 422}),
        ("multipart/form-data; boundary=x", {400, 415, 422}),
        ("application/octet-stream", {400, 415, 422}),
        ("\u00e9".encode("latin-1"), {400, 415, 422}),
        (";", {400, 415, 422}),
    ],
)
def test_a_body_of_another_kind_is_refused(people, unchanged, kind, statuses):
    with unchanged():
        answer = people.customer.send(
            "POST", "/v1/tickets", content=b"subject=a", headers={"content-type": kind}
        )

    assert problem(answer)[0] in statuses


@pytest.mark.parametrize(
    ("key", "status"),
    [("", 422), ("a b", 422), ("x" * 256, 422), ("\u00e9".encode(), 422)],
)
def test_an_idempotency_key_that_is_invalid(people, unchanged, key, status):
    with unchanged():
        answer = people.customer.send(
            "POST", "/v1/tickets", json=DRAFT, headers={"idempotency-key": key}
        )

    assert problem(answer)[0] == status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (NOBODY, 404),
        ("0", 404),
        ("-1", 404),
        ("999999999", 404),
        ("9" * 18, 404),
        ("9" * 19, 404),
        ("9" * 400, 404),
        ("1e3", 404),
        ("1042.0", 404),
        ("%20", 404),
        ("null", 404),
        ("undefined", 404),
        ("%D9%A1%D9%A0%D9%A0%D9%A1", 404),
        ("'%20or%201=1", 404),
        ("{ticket}", 404),
        ("%2e%2e", 404),
        ("..%2fqueues", 404),
        ("%00", 404),
        ("a%00b", 404),
        ("%ff", 404),
        ("%ed%a0%80", 404),
        ("%", 404),
        ("%zz", 404),
        ("a%2Fb", 404),
        ("a%5Cb", 404),
        ("x" * 4_000, 404),
        (NOBODY.upper(), 404),
        (f"{{{NOBODY}}}", 404),
        (NOBODY.replace("-", ""), 404),
        (f"urn:uuid:{NOBODY}", 404),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("rest", ["", "/events", "/comments"])
def test_a_ticket_that_does_not_exist(people, unchanged, name, rest, status):
    with unchanged():
        answer = people.customer.send("GET", f"/v1/tickets/{name}{rest}")

    assert problem(answer)[0] == (422 if "%00" in name else status)


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PATCH", "", {"subject": "s"}),
        ("PATCH", "", {"data": {"a": 1}}),
        ("PATCH", "/status", {"status": "open"}),
        ("PUT", "/assignee", {"me": True}),
        ("DELETE", "/assignee", None),
        ("POST", "/comments", {"body": "b"}),
        ("PUT", "/lease", {"take_over": True}),
        ("DELETE", "/lease", None),
    ],
)
@pytest.mark.parametrize("name", [NOBODY, "999999999", "9" * 400, "%00", "%ed%a0%80"])
def test_a_ticket_that_does_not_exist_is_not_changed(
    people, unchanged, method, rest, body, name
):
    with unchanged():
        answer = people.agent.send(method, f"/v1/tickets/{name}{rest}", json=body)

    assert problem(answer)[0] in (404, 422)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "\0"},
        {"subject": "\ud800"},
        {"queue": "nowhere"},
        {"queue": NOBODY},
        {"type": "incident"},
        {"tags": ["x"] * 21},
        {"data": {"a": "\0"}},
        {"data": {"a": "x" * 60_000}},
        {"data": {str(key): 1 for key in range(101)}},
        {"requester_id": NOBODY},
        {"status": "solved"},
        {"version": 9},
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_change_that_makes_no_sense(people, unchanged, ticket, change):
    path = f"/v1/tickets/{ticket['id']}"

    with unchanged():
        answer = people.agent.send(
            "PATCH", path, content=json.dumps(change), headers=AS_JSON
        )

    assert problem(answer)[0] == 422


@pytest.mark.parametrize(
    ("tickets", "change", "status"),
    [
        ([NOBODY], {}, 422),
        ([NOBODY], {"priority": "top"}, 422),
        ([NOBODY], {"status": "nowhere"}, 422),
        ([NOBODY], {"status": "closed"}, 409),
        ([NOBODY], {"queue": "nowhere"}, 422),
        ([NOBODY], {"assignee": "'; drop table public.tickets; --"}, 422),
        ([NOBODY], {"add_tags": ["\0"]}, 422),
        ([NOBODY], {"subject": "s"}, 422),
        (["1 or 1=1"], {"priority": "low"}, 422),
        (["\ud800"], {"priority": "low"}, 422),
        ([10**30], {"priority": "low"}, 422),
        ([*range(1, 1_002)], {"priority": "low"}, 422),
        ([], {"priority": "low"}, 422),
        (None, {"priority": "low"}, 422),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bulk_update_that_is_invalid(people, unchanged, tickets, change, status):
    body = json.dumps({"tickets": tickets, "change": change})

    with unchanged():
        answer = people.agent.send(
            "POST", "/v1/bulk-updates", content=body, headers=AS_JSON
        )

    assert problem(answer)[0] == status


@pytest.mark.parametrize("name", ["x", "%00", "9" * 400, "1042"])
@pytest.mark.parametrize("rest", ["", "/items"])
def test_a_bulk_update_that_does_not_exist(people, name, rest):
    answer = people.agent.send("GET", f"/v1/bulk-updates/{name}{rest}")

    assert problem(answer)[0] in (404, 422)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("tickets", "limit=0", 422),
        ("tickets", "limit=-1", 422),
        ("tickets", "limit=1000000", 422),
        ("tickets", "limit=1.5", 422),
        ("tickets", "limit=" + "9" * 400, 422),
        ("tickets", "offset=1", 422),
        ("tickets", "select=*", 422),
        ("tickets", "%00=1", 422),
        ("tickets", "a%ff=1", 422),
        ("tickets", "status=%00", 422),
        ("tickets", "status=%ff", 422),
        ("tickets", "status=nowhere", 422),
        ("tickets", "status=new,nowhere", 422),
        ("tickets", "status=" + "x," * 1_000, 422),
        ("tickets", "cursor=x", 400),
        ("tickets", "cursor=%00", 400),
        ("tickets", "cursor=" + "x" * 1_001, 400),
        ("tickets", "cursor=WyJuYW1lIl0=", 400),
        ("tickets", "cursor=WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ==", 400),
        ("queues/support/tickets", "cursor=WyIxIl0=", 400),
        ("queues/support/tickets", "sort=body", 422),
        ("queues/support/tickets", "sort=priority%3Bdrop", 422),
        ("queues/support/tickets", "priority=top", 422),
        ("queues/support/tickets", "assignee=someone", 422),
        ("queues/support/tickets", "tag=%00", 422),
        ("queues/support/tickets", "tag=a%0Ab", 422),
        ("queues/nowhere/tickets", "", 404),
        ("queues/%00/tickets", "", 422),
        ("queues/%ff/tickets", "", 404),
        (f"queues/{NOBODY}/tickets", "", 404),
        ("people", "search=%00", 422),
        ("people", "search=", 422),
        ("people", "role=NOBODY", 422),
        ("people", "cursor=WyIxIl0=", 400),
        (
            "people",
            # pragma: allowlist nextline secret
            "cursor=WyJcdTAwMDAiLCAiNWIwZDJmMGUtM2E4Ni00YzFjLThmMGUtNmIxZjhmM2MyYTAyIl0=",
            400,
        ),
        ("whoami", "verbose=1", 200),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_query_that_is_invalid(people, unchanged, path, query, status):
    with unchanged():
        answer = people.agent.send("GET", f"/v1/{path}?{query}")

    assert answer.status_code == status, answer.text
    if status != 200:
        problem(answer)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "2147483648", "9" * 400, "%00"])
def test_a_position_in_the_events_that_is_invalid(people, ticket, after):
    path = f"/v1/tickets/{ticket['id']}/events?after={after}"

    assert problem(people.agent.send("GET", path)) == (422, "invalid")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ('"1"', 412),
        ('"999999999"', 412),
        ("1", 400),
        ('W/"1"', 412),
        ('"1", "999999999"', 412),
        ('""', 412),
        ("", 400),
        ('"' + "9" * 400 + '"', 412),
        ("\u0661".encode(), 400),
        ("null", 400),
    ],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PATCH", "status", {"status": "pending"}),
        ("PUT", "assignee", {"me": True}),
        ("DELETE", "assignee", None),
    ],
)
def test_a_version_that_is_not_the_one(
    people, unchanged, ticket, method, rest, body, sent, status
):
    path = f"/v1/tickets/{ticket['id']}/{rest}"

    with unchanged():
        answer = people.agent.send(method, path, json=body, headers={"if-match": sent})

    assert problem(answer)[0] == status


@pytest.mark.parametrize(
    ("rest", "who", "body", "refusal"),
    [
        ("status", "agent", {"status": "new"}, (409, "step-not-allowed")),
        ("status", "agent", {"status": "closed"}, (409, "closed-by-time")),
        ("status", "lead", {"status": "closed"}, (409, "closed-by-time")),
        ("status", "admin", {"status": "closed"}, (409, "closed-by-time")),
        ("status", "agent", {"status": "nowhere"}, (422, "unknown-status")),
        ("status", "agent", {"status": "OPEN"}, (422, "unknown-status")),
        ("status", "agent", {"status": ""}, (422, "unknown-status")),
        ("status", "agent", {"status": "a\0"}, (422, "invalid")),
        ("status", "agent", {"status": ["open"]}, (422, "invalid")),
        (
            "status",
            "agent",
            {"status": "pending", "reason": "x" * 501},
            (422, "invalid"),
        ),
        (
            "status",
            "agent",
            {"status": "pending", "category": "open"},
            (422, "invalid"),
        ),
        ("status", "customer", {"status": "solved"}, (403, "denied")),
        ("status", "customer2", {"status": "solved"}, (404, "not-found")),
        ("status", "agent2", {"status": "solved"}, (404, "not-found")),
        ("assignee", "customer", {"me": True}, (403, "denied")),
        ("assignee", "customer2", {"me": True}, (404, "not-found")),
        ("assignee", "agent2", {"me": True}, (404, "not-found")),
        ("assignee", "lead", {"assignee_id": NOBODY}, (422, "not-eligible")),
        ("assignee", "lead", {"assignee_id": "me"}, (422, "invalid")),
        ("assignee", "lead", {"assignee_id": "a\0"}, (422, "invalid")),
        ("assignee", "lead", {}, (422, "invalid")),
        ("assignee", "lead", {"me": False}, (422, "invalid")),
        ("assignee", "lead", {"me": True, "assignee_id": NOBODY}, (422, "invalid")),
        (
            "comments",
            "customer",
            {"body": "b", "visibility": "internal"},
            (403, "denied"),
        ),
        ("comments", "customer2", {"body": "b"}, (404, "not-found")),
        (
            "comments",
            "agent2",
            {"body": "b", "visibility": "internal"},
            (404, "not-found"),
        ),
        ("comments", "agent", {"body": ""}, (422, "invalid")),
        ("comments", "agent", {"body": " \n "}, (422, "invalid")),
        ("comments", "agent", {"body": "a\0"}, (422, "invalid")),
        ("comments", "agent", {"body": "x" * 50_001}, (422, "invalid")),
        ("comments", "agent", {"body": "b", "author_id": NOBODY}, (422, "invalid")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_change_that_is_refused(people, unchanged, ticket, rest, who, body, refusal):
    method = {"status": "PATCH", "assignee": "PUT", "comments": "POST"}[rest]
    path = f"/v1/tickets/{ticket['id']}/{rest}"

    with unchanged():
        answer = getattr(people, who).send(method, path, json=body)

    assert problem(answer) == refusal


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/tickets", 404),
        ("GET", "/v1/tickets/1/2/3", 404),
        ("PUT", "/v1/tickets", 404),
        ("DELETE", "/v1/tickets/1042", 404),
        ("PUT", "/v1/tickets/1042", 404),
        ("TRACE", "/v1/tickets", 404),
        ("GET", "//v1//tickets", 404),
        ("GET", "/v1/tickets/../../health", 200),
        ("GET", "/v1/" + "x" * 6_000, 404),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_route_that_does_not_exist(people, unchanged, method, path, status):
    with unchanged():
        answer = people.customer.send(method, path)

    assert answer.status_code in (status, 403, 405)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_that_contradicts_its_content_encoding(people, unchanged, coding):
    headers = {"content-type": "application/json", "content-encoding": coding}

    with unchanged():
        answer = people.customer.send(
            "POST", "/v1/tickets", content=b"\x1f\x8b\x08\x00", headers=headers
        )

    assert 400 <= answer.status_code < 500, answer.text


def test_a_long_query_is_refused(people, unchanged):
    with unchanged():
        answer = people.customer.send("GET", "/v1/tickets?a=" + "x" * 7_000)

    assert answer.status_code in (414, 422, 431, 400)
