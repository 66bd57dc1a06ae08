"""What every route makes of a request: its parameters, its body, its cursors."""

import base64
import json
import re
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.create_ticket.app import handler as create_ticket
from functions.update_ticket.app import handler as update_ticket
from infra.openapi import find_routers
from shared.core.http import create_app
from shared.core.http.app import create_handler
from tests.api_document import api_document
from tests.builders import ticket_row
from tests.events import send
from tests.open_desk import ROOT

ID = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"
DOCUMENT = api_document()
ROUTERS = find_routers(ROOT)
OPERATIONS = [
    (verb.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for verb, operation in item.items()
    if verb in {"get", "post", "put", "patch", "delete"}
]
PARAMETERS = [
    (method, path, parameter["name"], parameter["schema"])
    for method, path, operation in OPERATIONS
    for parameter in operation.get("parameters", [])
    if parameter["in"] == "query"
]
LISTS = [path for _, path, name, _ in PARAMETERS if name == "cursor"]
MERGE_PATCH = "application/merge-patch+json"
TICKET = "/v1/tickets/1042"


HANDLERS = {
    (verb.upper(), path): router
    for router in ROUTERS
    for path, item in create_app(router).openapi()["paths"].items()
    for verb in item
}


@cache
def handler_of(method, path):
    """The handler of the function that a route belongs to."""
    return create_handler(HANDLERS[method, path])


KEYS = {"role": "r1", "status": "new", "field": "colour"}
"""What stands in a path by its key; everything else has an id."""


def filled(path):
    return re.sub(r"{(\w+)}", lambda name: KEYS.get(name[1], ID), path)


def takes_several(schema):
    return "array" in json.dumps(schema.get("type", schema.get("anyOf")))


@pytest.mark.parametrize(("method", "path", "name", "schema"), PARAMETERS)
def test_a_parameter_that_stands_once_is_given_once(rest, method, path, name, schema):
    query = f"{name}=new&{name}=new"

    answer = send(handler_of(method, path), method, filled(path), query=query)

    if not takes_several(schema):
        assert (answer.status, answer.problem) == (422, "invalid")
        assert not rest.calls


def test_a_parameter_given_twice_is_named(rest):
    answer = send(handler_of("GET", "/v1/tickets"), "GET", "/v1/tickets",
                  query="limit=1&limit=2")  # fmt: skip

    assert answer.status == 422
    assert "limit" in answer.json["detail"]


JUNK = st.text(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode())


@pytest.mark.parametrize("path", LISTS)
def test_a_junk_cursor_is_refused_by_every_list(rest, path):
    handler = handler_of("GET", path)

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(JUNK)
    @example("x" * 1_001)
    @example("\0")
    @example(base64.urlsafe_b64encode(b'["99999999999999999999"]').decode())
    @example(base64.urlsafe_b64encode(b'["-1"]').decode())
    @example(base64.urlsafe_b64encode(b'["99999999999999999999", "1"]').decode())
    def refused(junk):
        answer = send(handler, "GET", filled(path), query=f"cursor={quote(junk)}")

        if rest.calls:  # by chance it is one
            rest.reset()
        else:
            assert (answer.status, answer.problem) == (400, "bad-cursor")

    refused()


@pytest.mark.parametrize(
    ("kind", "patch", "post"),
    [
        ("application/json", 200, 201),
        ("Application/JSON; charset=utf-8", 200, 201),
        (MERGE_PATCH, 200, 415),
        (f"{MERGE_PATCH}; charset=utf-8", 200, 415),
        ("application/json-patch+json", 415, 415),
        ("text/plain", 415, 415),
        ("application/x-www-form-urlencoded", 415, 415),
        ("", 415, 415),
    ],
)
def test_a_change_may_be_a_merge_patch(rest, kind, patch, post):
    rest.results |= {"update_ticket": ticket_row(), "create_ticket": ticket_row()}
    headers, draft = {"content-type": kind}, {"subject": "S", "body": "b"}

    changed = send(update_ticket, "PATCH", TICKET, {"subject": "S"}, headers=headers)
    opened = send(create_ticket, "POST", "/v1/tickets", draft, headers=headers)

    assert (changed.status, opened.status) == (patch, post)


DRAFT = '{"subject": "Caf\u00e9", "body": "b"}'


@pytest.mark.parametrize(
    "body",
    [
        DRAFT.encode("latin-1"),
        DRAFT.encode("utf-16"),
        DRAFT.encode("utf-16-le"),
        DRAFT.encode("utf-32"),
        DRAFT.encode("utf-32-be"),
        DRAFT.encode() + b"\0",
        b'{"subject": "\xed\xa0\x80", "body": "b"}',
        b'{"subject": "\xc0\x80", "body": "b"}',
        b'{"subject": "\xff", "body": "b"}',
    ],
)
def test_a_body_that_is_not_utf_8_is_malformed(rest, body):
    answer = send(create_ticket, "POST", "/v1/tickets", body)

    assert (answer.status, answer.problem) == (400, "malformed")
    assert not rest.calls


def resolved(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        each
        for each in OPERATIONS
        if "application/json" in each[2].get("requestBody", {}).get("content", {})
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_body_may_be_left_out_where_every_field_may(rest, method, path, operation):
    """Where something of it must be there, no body is refused like an empty one."""
    handler = handler_of(method, path)

    empty, absent = (send(handler, method, filled(path), body) for body in ({}, None))

    assert (absent.status, absent.problem if absent.status == 422 else "") == (
        empty.status, empty.problem if empty.status == 422 else ""
    )  # fmt: skip
    assert operation["requestBody"].get("required", False) == (empty.status == 422)
