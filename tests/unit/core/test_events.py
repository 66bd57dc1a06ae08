import pytest
from pydantic import ValidationError

from shared.core import events
from shared.core.events import EVENT_CLASSES, parse_event
from tests.builders import FACTS, event, event_row


def type_of(kind):
    return kind.model_fields["type"].default


@pytest.mark.parametrize("kind", EVENT_CLASSES, ids=type_of)
def test_an_event_is_parsed_as_its_own_class(kind):
    assert type(event(type_of(kind))) is kind


@pytest.mark.parametrize("kind", EVENT_CLASSES, ids=type_of)
def test_an_event_survives_a_round_trip_through_json(kind):
    written = event(type_of(kind))

    assert parse_event(written.model_dump(mode="json")) == written


def test_every_event_class_is_in_the_closed_list():
    exported = {getattr(events, name) for name in events.__all__}
    concrete = {
        kind
        for kind in exported
        if isinstance(kind, type)
        and issubclass(kind, events.TicketEvent)
        and kind is not events.TicketEvent
    }

    assert concrete == set(EVENT_CLASSES), "export it in shared/core/events/__init__.py"


def test_every_event_class_has_a_sample():
    types = {type_of(kind) for kind in EVENT_CLASSES}

    assert types == set(FACTS), "write its facts into FACTS of tests/builders.py"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "TICKET_EXPLODED"},
        {"type": "ticket_created"},
        {"type": None},
        {"type": ["TICKET_CREATED"]},
        {"id": "not an id"},
        {"seq": "many"},
        {"seq": None},
        {"ticket_id": None},
        {"occurred_at": "yesterday"},
        {"after": None},
        {"before": {}},
        {"after": {"status": "x", "category": "limbo"}},
    ],
    ids=str,
)
def test_an_invalid_event_is_refused(change):
    with pytest.raises(ValidationError):
        parse_event(event_row(**change))


@pytest.mark.parametrize("missing", ["id", "ticket_id", "seq", "type", "after"])
def test_an_event_without_a_field_is_refused(missing):
    row = event_row()
    del row[missing]

    with pytest.raises(ValidationError):
        parse_event(row)


def test_an_event_without_a_batch_id_is_parsed():
    assert event_row().get("batch_id") is None
    assert event().batch_id is None


def test_an_unknown_column_is_ignored():
    assert parse_event(event_row(moon="full")) is not None
