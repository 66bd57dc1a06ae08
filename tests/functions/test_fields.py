"""Custom fields, and the worker that collects their values."""

import pytest

from functions.fill_field_values.app import handler as fill
from functions.manage_fields.app import handler as fields
from tests.builders import NOW
from tests.events import context, send
from tests.fakes import NOT_FOUND, in_turn

FIELD = {
    "key": "size",
    "type": "integer",
    "label": "Size",
    "customer_label": "Size",
    "ticket_types": ["question"],
    "options": [],
    "pattern": None,
    "required_to_create": False,
    "required_to_solve": False,
    "visible_to": "customers",
    "editable_by": "customers",
    "filterable": False,
    "active": True,
    "position": 3,
    "version": 4,
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
}
DRAFT = {"key": "size", "type": "integer", "agent_label": " Size "}


def test_a_field_is_defined_and_located(rest):
    rest.results["create_field"] = FIELD

    answer = send(fields, "POST", "/v1/fields", DRAFT, headers={"idempotency-key": "k"})

    assert (answer.status, answer.headers["location"]) == (201, "/v1/fields/size")
    assert (answer.headers["etag"], answer.json["agent_label"]) == ('"4"', None)
    assert rest.arguments("create_field") == [
        {
            "key": "size",
            "type": "integer",
            "agent_label": "Size",
            "options": [],
            "required_to_create": False,
            "required_to_solve": False,
            "visible_to": "customers",
            "filterable": False,
            "labels": {},
            "idempotency_key": "k",
        }
    ]


def test_what_is_sent_is_changed_at_the_version_that_was_read(rest):
    rest.results["change_field"] = FIELD

    path, match = "/v1/fields/size", {"if-match": '"3"'}
    answer = send(fields, "PATCH", path, {"active": False}, headers=match)

    assert (answer.status, answer.headers["etag"]) == (200, '"4"')
    assert rest.arguments("change_field") == [
        {"field": "size", "changes": {"active": False}, "expected_version": 3}
    ]


def test_fields_are_listed_and_read(rest):
    rest.results |= {"list_fields": [FIELD], "get_field": in_turn(FIELD, NOT_FOUND)}

    listed = send(fields, "GET", "/v1/fields")
    read = send(fields, "GET", "/v1/fields/size")
    missing = send(fields, "GET", "/v1/fields/nope")

    assert listed.json == {"items": [read.json], "next_cursor": None}
    assert read.headers["etag"] == '"4"'
    assert (missing.status, missing.problem) == (404, "not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Size"},
        {"key": "s" * 51},
        {"type": "colour"},
        {"agent_label": " "},
        {"agent_label": "a\nb"},
        {"ticket_types": []},
        {"ticket_types": ["wish"]},
        {"options": ["x" * 101]},
        {"visible_to": "nobody"},
        {"filterable": 1},
        {"position": -1},
        {"active": True},
    ],
)
def test_an_invalid_definition_never_reaches_the_database(rest, wrong):
    answer = send(fields, "POST", "/v1/fields", DRAFT | wrong)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_values_are_collected_until_there_are_none_or_no_time_is_left(rest):
    chunk = {"field": "size", "finished": False}
    rest.results["fill_field_values"] = in_turn(chunk, chunk, None)

    assert fill({}, context(60_000)) == {"chunks": 2}
    rest.results["fill_field_values"] = chunk
    assert fill({}, context(50_000, 30_000, 12_000)) == {"chunks": 2}
