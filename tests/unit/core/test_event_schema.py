"""The JSON Schema of the events, as it is published."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.core.events import event_schema
from shared.core.events.__main__ import PUBLISHED
from tests.builders import FACTS, event, event_row

SCHEMA = json.loads(PUBLISHED.read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def test_the_published_schema_is_that_of_the_code():
    published = SCHEMA

    made = json.loads(json.dumps(event_schema()))

    assert published == made, "run: python -m shared.core.events"


def test_the_published_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("kind", FACTS)
def test_every_event_matches_the_published_schema(kind):
    stored, broadcast = event(kind).model_dump(mode="json"), event_row(kind)

    assert not list(VALIDATOR.iter_errors(stored))
    assert not list(VALIDATOR.iter_errors(broadcast))


@pytest.mark.parametrize(
    "change", [{"type": "TICKET_EXPLODED"}, {"seq": "many"}, {"after": None}]
)
def test_an_invalid_event_does_not_match_the_published_schema(change):
    row = event_row(**change)

    assert list(VALIDATOR.iter_errors(row))
