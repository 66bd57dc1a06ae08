import pytest

from shared.core.errors import Invalid
from shared.core.types import TicketType
from shared.tickets.types import TICKET_TYPES, triage
from tests.builders import draft

INCIDENT = {"type": "incident", "data": {"impact": "one_person"}}
PROBLEM = {"type": "problem", "data": {"impact": "team", "affected": "printing"}}
TASK = {"type": "task", "data": {"due_on": "2026-12-01"}}


def impact(type_, level):
    return {"type": type_, "data": {"impact": level, "affected": "printing"}}


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({}, "normal"),
        ({"subject": "There was an outage"}, "high"),
        ({"body": "The site is DOWN"}, "high"),
        ({"body": "I can't work"}, "high"),
        ({"body": "Somebody leaked our addresses"}, "high"),
        ({"body": "urgent, today, asap"}, "normal"),
        ({"subject": "Where do I download it?"}, "normal"),
        ({"subject": "Countdown"}, "normal"),
        (impact("incident", "everyone"), "urgent"),
        (impact("incident", "team"), "high"),
        (impact("incident", "one_person"), "normal"),
        ({**INCIDENT, "body": "There was a data loss"}, "urgent"),
        ({**INCIDENT, "body": "We have been hacked!"}, "urgent"),
        ({**INCIDENT, "body": "I shut it down; markdown looks odd"}, "urgent"),
        ({**INCIDENT, "body": "My markdown looks odd"}, "normal"),
        (impact("problem", "everyone"), "high"),
        (impact("problem", "team"), "normal"),
        (impact("problem", "one_person"), "low"),
        ({**PROBLEM, "body": "Another outage"}, "normal"),
        (TASK, "normal"),
        ({**TASK, "subject": "Urgently needed"}, "high"),
        ({**TASK, "body": "Do it right away"}, "high"),
        ({**TASK, "body": "The insurgents of yesterday"}, "normal"),
        ({**TASK, "body": "There was an outage"}, "normal"),
    ],
)
def test_triage_judges_by_type_words_and_impact(fields, priority):
    assert triage(draft(**fields)) == priority


@pytest.mark.parametrize(
    ("type_", "data", "named"),
    [
        ("incident", {}, "data.impact"),
        ("incident", {"impact": "the moon"}, "data.impact"),
        ("incident", {"impact": None}, "data.impact"),
        ("problem", {"impact": "team"}, "data.affected"),
        ("problem", {"affected": "printing"}, "data.impact"),
        ("problem", {"impact": "team", "affected": 7}, "data.affected"),
        ("task", {}, "data.due_on"),
        ("task", {"due_on": "soon"}, "data.due_on"),
        ("task", {"due_on": "2026-02-30"}, "data.due_on"),
    ],
)
def test_a_missing_field_of_a_type_is_named(type_, data, named):
    with pytest.raises(Invalid) as refused:
        triage(draft(type=type_, data=data))

    assert refused.value.problem == "missing-data"
    assert named in refused.value.detail


def test_a_refusal_does_not_repeat_a_value():
    with pytest.raises(Invalid) as refused:
        triage(draft(type="incident", data={"impact": "4111 1111 1111 1111"}))

    assert "4111" not in refused.value.detail


@pytest.mark.parametrize("fields", [{}, INCIDENT, PROBLEM, TASK])
def test_every_type_takes_other_custom_fields(fields):
    data = {**fields.get("data", {}), "colour": "blue", "sizes": [1, 2]}

    assert triage(draft(**{**fields, "data": data})) == triage(draft(**fields))


def test_every_ticket_type_has_its_strategy():
    assert set(TICKET_TYPES) == set(TicketType)
