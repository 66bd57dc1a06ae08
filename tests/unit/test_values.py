"""What texts, lines and custom fields may hold."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.core.types import (
    Fields,
    LongText,
    SingleLine,
    StrictBool,
    StrictInt,
    Timestamp,
)
from shared.people import RoleDefinition
from shared.queues import When
from shared.tickets import Assignment, StatusChange, TicketDraft
from shared.tickets.comments import CommentDraft
from tests.builders import ME, draft

LINE, PROSE, FIELDS = (TypeAdapter(kind) for kind in (SingleLine, LongText, Fields))


def nested(depth, kind=list):
    value = "deep"
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return {"a": value}


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800", "a\udfff", "\udc00\ud800"])
@pytest.mark.parametrize("adapter", [LINE, PROSE], ids=["line", "prose"])
def test_a_text_holds_neither_nul_nor_lone_surrogates(adapter, bad):
    with pytest.raises(ValidationError):
        adapter.validate_python(bad)


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\tb", "\x1b[31mred", "\x07"])
def test_a_line_holds_no_control_characters(bad):
    with pytest.raises(ValidationError):
        LINE.validate_python(bad)


@pytest.mark.parametrize(
    "good", ["a\nb", "tab\there", "\U0001f600", "e\u0301", "'; --"]
)
def test_prose_holds_what_people_write(good):
    assert PROSE.validate_python(good) == good


@given(st.text())
def test_a_line_is_refused_or_storable(text):
    try:
        LINE.validate_python(text)
    except ValidationError:
        return

    assert "\0" not in text
    assert text.encode() is not None


@pytest.mark.parametrize(
    "bad",
    [
        {"a": "\0"},
        {"a\0": 1},
        {"a": {"\ud800": 1}},
        {"a": ["fine", ["\udfff"]]},
        {"a": math.nan},
        {"a": [math.inf]},
        {"a": {"b": -math.inf}},
        nested(9),
        nested(9, dict),
        nested(5_000),
        {str(number): 1 for number in range(101)},
        {"a": object()},
        {1: "a"},
        [],
        "text",
        None,
    ],
    ids=lambda bad: str(type(bad).__name__),
)
def test_fields_hold_what_the_database_can_store(bad):
    with pytest.raises(ValidationError):
        FIELDS.validate_python(bad)


@pytest.mark.parametrize(
    "good", [{}, {"a": None}, nested(7), nested(7, dict), {"": ""}, {"a": 2**70}]
)
def test_fields_hold_any_other_json(good):
    assert FIELDS.validate_python(good) == good


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "   "},
        {"subject": "\u00a0\u2003"},
        {"subject": "x" * 201},
        {"subject": "two\nlines"},
        {"subject": None},
        {"subject": 7},
        {"subject": ["list"]},
        {"body": ""},
        {"body": " \n\t "},
        {"body": "x" * 50_001},
        {"type": "wish"},
        {"type": "QUESTION"},
        {"priority": "top"},
        {"priority": 1},
        {"queue": "x" * 41},
        {"queue": "a\nb"},
        {"tags": ["with space"]},
        {"tags": ["with,comma"]},
        {"tags": [""]},
        {"tags": ["x" * 51]},
        {"tags": ["x"] * 21},
        {"tags": "one"},
        {"tags": None},
        {"data": []},
        {"data": None},
        {"status": "closed"},
        {"requester_id": str(ME)},
        {"__class__": "x"},
    ],
    ids=str,
)
def test_a_draft_refuses(change):
    with pytest.raises(ValidationError):
        draft(**change)


def test_a_draft_loses_the_space_around_its_words():
    asked = draft(subject="  A question  ", tags=[" one "])

    assert asked.subject == "A question"
    assert asked.tags == ["one"]


def test_custom_fields_are_kept_as_they_came():
    fields = {" a": "  x\n", "a": ["y "], "b": {" c": "\u2028"}}

    assert draft(data=fields).data == fields


@pytest.mark.parametrize(
    "given", [{}, {"me": False}, {"me": True, "assignee_id": str(ME)}, {"me": "yes"}]
)
def test_an_assignment_names_exactly_one_person(given):
    with pytest.raises(ValidationError):
        Assignment.model_validate(given)


@pytest.mark.parametrize(
    ("given", "asked"), [({"me": True}, "me"), ({"assignee_id": str(ME)}, str(ME))]
)
def test_an_assignment_is_an_id_or_me(given, asked):
    assert Assignment.model_validate(given).assignee == asked


@pytest.mark.parametrize(
    ("command", "example"),
    [
        (TicketDraft, None),
        (CommentDraft, None),
        (RoleDefinition, None),
        (Assignment, None),
        (StatusChange, {"status": "pending"}),
    ],
)
def test_the_examples_in_the_documents_are_valid(command, example):
    shown = command.model_json_schema().get("examples", [example])

    for each in shown:
        command.model_validate(each)


@pytest.mark.parametrize("given", [0, 1, "true", "yes", None])
def test_a_flag_is_true_or_false_and_nothing_like_it(given):
    with pytest.raises(ValidationError):
        TypeAdapter(StrictBool).validate_python(given)


def test_a_moment_leaves_its_zone_behind():
    moment = TypeAdapter(Timestamp).validate_python("2026-11-23T09:00:00-21:41")

    assert moment.isoformat() == "2026-11-24T06:41:00+00:00"


@pytest.mark.parametrize("value", ["5", True, False, "five"])
def test_a_number_is_written_as_a_number(value):
    with pytest.raises(ValidationError):
        TypeAdapter(StrictInt).validate_python(value)


@pytest.mark.parametrize("value", ["0", "1767225600", 7200, 0.5, "02:00:00", True])
def test_a_time_is_written_and_how_long_ago_with_a_p(value):
    with pytest.raises(ValidationError):
        TypeAdapter(When).validate_python(value)


def test_two_hours_ago_are_a_time():
    assert TypeAdapter(When).validate_python("PT2H") == timedelta(hours=2)
