"""What differs by ticket type: its triage, and the custom fields that it needs."""

import pytest

from .acting import refused

pytestmark = pytest.mark.slow

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
        ({"body": "x" * 40_000 + " outage"}, "high"),
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
def test_triage_judges_by_type_words_and_impact(db, fields, priority):
    assert db.create_ticket(**fields)["priority"] == priority


MISSING = [
    ("incident", {}, "data.impact"),
    ("incident", {"impact": "the moon"}, "data.impact"),
    ("incident", {"impact": None}, "data.impact"),
    ("incident", {"impact": ["team"]}, "data.impact"),
    ("problem", {"impact": "team"}, "data.affected"),
    ("problem", {"affected": "printing"}, "data.impact"),
    ("problem", {"impact": "team", "affected": 7}, "data.affected"),
    ("task", {}, "data.due_on"),
    ("task", {"due_on": "soon"}, "data.due_on"),
    ("task", {"due_on": "today"}, "data.due_on"),
    ("task", {"due_on": "infinity"}, "data.due_on"),
    ("task", {"due_on": "2026-02-30"}, "data.due_on"),
    ("task", {"due_on": "2026-12-01T00:00:00Z"}, "data.due_on"),
    ("task", {"due_on": "2026-12-01 "}, "data.due_on"),
    ("task", {"due_on": "2026-12-01\n"}, "data.due_on"),
    ("task", {"due_on": "2026-12-1"}, "data.due_on"),
    ("task", {"due_on": "20261201"}, "data.due_on"),
    ("task", {"due_on": "2026-W49-2"}, "data.due_on"),
    ("task", {"due_on": "0000-01-01"}, "data.due_on"),
    ("task", {"due_on": "٢٠٢٦-12-01"}, "data.due_on"),
    ("task", {"due_on": 1795424400}, "data.due_on"),
    ("task", {"due_on": None}, "data.due_on"),
]


@pytest.mark.parametrize(("type_", "data", "named"), MISSING)
def test_a_new_ticket_has_the_fields_of_its_type(db, type_, data, named):
    with refused("PT422", "missing-data") as refusal:
        db.create_ticket(type=type_, data=data)

    assert named in refusal.value.diag.message_detail


@pytest.mark.parametrize(("type_", "data", "named"), MISSING)
def test_a_changed_ticket_has_the_fields_of_its_type(db, type_, data, named):
    ticket = db.create_ticket()

    with refused("PT422", "missing-data"):
        change(db, ticket, {"type": type_, "data": data})

    assert db.reload(ticket) == ticket


def test_a_needed_field_cannot_be_removed_while_the_type_needs_it(db):
    ticket = db.create_ticket(**INCIDENT)

    with refused("PT422", "missing-data"):
        change(db, ticket, {"data": {"impact": None}})

    changed = change(db, ticket, {"type": "question", "data": {"impact": None}})
    assert (changed["type"], changed["data"]) == ("question", {})


def test_the_fields_hold_whoever_writes(db):
    with refused("PT422", "missing-data"):
        db.execute(
            "update public.tickets set type = 'task' where id = %s",
            db.create_ticket()["id"],
        )


def test_a_refusal_does_not_repeat_a_value(db):
    with refused("PT422") as refusal:
        db.create_ticket(type="incident", data={"impact": "4111 1111 1111 1111"})

    assert "4111" not in str(refusal.value)


@pytest.mark.parametrize("fields", [{}, INCIDENT, PROBLEM, TASK])
def test_every_type_takes_other_custom_fields(db, fields):
    data = {**fields.get("data", {}), "colour": "blue", "sizes": [1, 2]}

    assert db.create_ticket(**{**fields, "data": data})["data"] == data


def change(db, ticket, changes):
    return db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)
