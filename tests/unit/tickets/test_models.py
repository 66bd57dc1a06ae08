"""Request bodies about tickets, and the examples that documents show."""

import pytest
from pydantic import ValidationError

from shared.people import RoleDefinition
from shared.tickets import Assignment, StatusChange, TicketDraft
from shared.tickets.comments import CommentDraft
from tests.builders import ME, draft


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
        {"queue": "a\0b"},
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
def test_an_invalid_draft_is_refused(change):
    with pytest.raises(ValidationError):
        draft(**change)


def test_a_draft_is_stripped_of_surrounding_space():
    stripped = draft(subject="  A question  ", tags=[" one "])

    assert stripped.subject == "A question"
    assert stripped.tags == ["one"]


def test_custom_fields_are_stored_as_they_were_sent():
    fields = {" a": "  x\n", "a": ["y "], "b": {" c": "\u2028"}}

    assert draft(data=fields).data == fields


@pytest.mark.parametrize(
    "given", [{}, {"me": False}, {"me": True, "assignee_id": str(ME)}, {"me": "yes"}]
)
def test_an_assignment_names_exactly_one_person(given):
    with pytest.raises(ValidationError):
        Assignment.model_validate(given)


@pytest.mark.parametrize(
    ("given", "assignee"), [({"me": True}, "me"), ({"assignee_id": str(ME)}, str(ME))]
)
def test_an_assignment_is_an_id_or_me(given, assignee):
    assert Assignment.model_validate(given).assignee == assignee


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
