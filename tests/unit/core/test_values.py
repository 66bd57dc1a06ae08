"""The values that models are made of: texts, custom fields, numbers, times."""

import math

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

LINE, TEXT, FIELDS = (TypeAdapter(kind) for kind in (SingleLine, LongText, Fields))


def nested(depth, kind=list):
    value = "deep"
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return {"a": value}


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800", "a\udfff", "\udc00\ud800"])
@pytest.mark.parametrize("adapter", [LINE, TEXT], ids=["line", "text"])
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
def test_a_long_text_holds_what_people_write(good):
    assert TEXT.validate_python(good) == good


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
def test_custom_fields_that_the_database_cannot_store_are_refused(bad):
    with pytest.raises(ValidationError):
        FIELDS.validate_python(bad)


@pytest.mark.parametrize(
    "good", [{}, {"a": None}, nested(7), nested(7, dict), {"": ""}, {"a": 2**70}]
)
def test_custom_fields_hold_any_other_json(good):
    assert FIELDS.validate_python(good) == good


@pytest.mark.parametrize("given", [0, 1, "true", "yes", None])
def test_a_strict_boolean_is_true_or_false(given):
    with pytest.raises(ValidationError):
        TypeAdapter(StrictBool).validate_python(given)


def test_a_timestamp_is_converted_to_utc():
    timestamp = TypeAdapter(Timestamp).validate_python("2026-11-23T09:00:00-21:41")

    assert timestamp.isoformat() == "2026-11-24T06:41:00+00:00"


@pytest.mark.parametrize("value", ["5", True, False, "five"])
def test_a_strict_integer_is_no_text(value):
    with pytest.raises(ValidationError):
        TypeAdapter(StrictInt).validate_python(value)
