"""Schema and models do not drift apart: the CLI's types against ours."""

import datetime
import importlib.util
import types
import uuid
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from infra.local.postgres import connected
from shared.core.events import EVENT_CLASSES
from shared.core.types import (
    CommentVisibility,
    StatusCategory,
    TicketPriority,
    TicketType,
)
from shared.people import Person, QueueRef, Role
from shared.people.agents import Availability
from shared.queues import QueueFilter
from shared.tickets import ReadMarker, Ticket, WaitingParty
from shared.tickets.comments import Comment
from shared.views import View, ViewScope

from .supabase_cli import SupabaseCli

pytestmark = pytest.mark.slow

ENUMS = {
    Availability: "PublicAvailability",
    CommentVisibility: "PublicCommentVisibility",
    StatusCategory: "PublicStatusCategory",
    TicketPriority: "PublicTicketPriority",
    TicketType: "PublicTicketType",
    ViewScope: "PublicViewScope",
    WaitingParty: "PublicWaitingParty",
}
ROWS = {
    Ticket: "PublicTickets",
    Comment: "PublicComments",
    Person: "PublicPeople",
    QueueRef: "PublicQueues",
    Role: "PublicRoles",
    ReadMarker: "PublicTicketReadMarkers",
    View: "PublicViews",
    **dict.fromkeys(EVENT_CLASSES, "PublicTicketEvents"),
}
# What a model has besides the columns of its row, from joins.
DERIVED = {
    Ticket: {
        "requester_name",
        "assignee_name",
        "queue_name",
        "organization_name",
        "unread",
        "next_due",
        "breached",
    },
    Comment: {"author_name", "redacted_by_name", "former_bodies"},
    Person: {"roles", "organization_name"},
    Role: {"permissions"},
    View: {"owner_name", "queue_name"},
    **{event: {"actor_name", "actor_kind"} for event in EVENT_CLASSES},
}
WAITING = {"waiting_on", "waiting_since"}  # for the history of a ticket
# What a model leaves out of the row.
LEFT_OUT = {
    Person: {"created_at", "language", "time_zone", "merged_into", "version"},
    QueueRef: {
        "archived_at",
        "created_at",
        "is_default",
        "strategy",
        "default_priority",
        "released_after",
        "remind_after",
        "close_after",
        "description",
        "open_to_customers",
        "customers_set_priority",
        "version",
    },
    # For assignment and filters only, and what the public is shown instead.
    Ticket: {
        "assigned_at",
        "released_by",
        "silent_since",
        "reminded_at",
        "tag_keys",
        "skill_keys",
        "public_version",
        "public_updated_at",
    },
    Comment: {"public_position"},
    ReadMarker: {"person_id"},  # always the caller
    **{  # of the feed, and of the public
        event: {"turn", "position", "public_seq", "public_version", *WAITING}
        for event in EVENT_CLASSES
    },
}
# What a model knows better than the column.
NARROWED = {
    View: {"sort", "conditions"},
    Person: {"kind"},
    **{event: {"type", "before", "after"} for event in EVENT_CLASSES},
}


@pytest.fixture(scope="module")
def generated(node_modules, server, tmp_path_factory):
    """The Python types that the CLI writes for our schema, as a module."""
    folder = tmp_path_factory.mktemp("types")
    [binary] = node_modules.glob("@supabase/cli-*/bin/supabase")
    (folder / "project").mkdir()
    supabase_cli = SupabaseCli(binary, folder / "project")
    dsn = server.dsn("postgres")
    written = supabase_cli.run(dsn, "gen", "types", "--lang=python").stdout
    file = folder / "generated.py"
    file.write_text(written.replace("from __future__ import annotations\n", ""))
    spec = importlib.util.spec_from_file_location("generated", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("ours", ENUMS, ids=lambda each: each.__name__)
def test_an_enum_has_the_values_of_its_type_in_order(generated, ours):
    theirs = getattr(generated, ENUMS[ours])

    assert tuple(str(each) for each in ours) == get_args(theirs)


def test_every_type_of_the_schema_has_an_enum(generated):
    types_there = {
        name
        for name, value in vars(generated).items()
        if name.startswith("Public") and get_origin(value) is Literal
    }

    assert types_there == set(ENUMS.values())


@pytest.mark.parametrize("ours", ROWS, ids=lambda each: each.__name__)
def test_a_model_has_the_columns_of_its_row(generated, ours):
    columns = set(getattr(generated, ROWS[ours]).model_fields)

    fields = set(ours.model_fields)

    assert fields - DERIVED.get(ours, set()) == columns - LEFT_OUT.get(ours, set())


@pytest.mark.parametrize("ours", ROWS, ids=lambda each: each.__name__)
def test_a_field_holds_what_its_column_holds(generated, ours):
    columns = getattr(generated, ROWS[ours]).model_fields
    shared = set(ours.model_fields) & set(columns) - NARROWED.get(ours, set())

    fields = {name: shape(ours.model_fields[name].annotation) for name in shared}

    assert fields == {name: shape(columns[name].annotation) for name in shared}


def test_the_conditions_of_the_model_are_those_of_the_database(server):
    with connected(server.dsn("postgres")) as connection:
        attributes = connection.execute(
            "select attname from pg_attribute"
            " join pg_type on pg_type.typrelid = attrelid"
            " where pg_type.oid = 'private.ticket_filters'::regtype order by attnum"
        )
        assert [row[0] for row in attributes] == list(QueueFilter.model_fields)


SIMPLE = {
    int: "integer",
    str: "text",
    bool: "boolean",
    uuid.UUID: "uuid",
    datetime.datetime: "timestamp",
}


def shape(annotation: Any) -> str:  # noqa: PLR0911, one kind of type a line
    """Say what a type holds, whichever way it is written."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        [some] = [each for each in inner if each is not type(None)]
        return f"{shape(some)} or null"
    if origin is Literal:
        return f"one of {inner}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return f"one of {tuple(str(each) for each in annotation)}"
    if origin is list:
        return f"list of {shape(inner[0])}"
    if hasattr(annotation, "__metadata__"):
        return shape(annotation.__origin__)
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    assert not (isinstance(annotation, type) and issubclass(annotation, BaseModel))
    return "JSON"
