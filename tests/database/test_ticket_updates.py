"""Updating the fields of a ticket: who may, what follows, what is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from .acting import WORKER, Json, ignoring, refused
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


def update(db, ticket, who="agent", version=None, **changes):
    return db.call(
        who,
        "update_ticket",
        ticket=ticket["id"],
        changes=changes,
        expected_version=version,
    )


NEEDED = {"impact": "team", "affected": "bells"}
DATA = NEEDED | {"a": 1, "b": {"c": 2}}


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({"subject": "The bell"}, {"subject": "The bell"}),
        ({"type": "problem"}, {"type": "problem"}),
        ({"priority": "urgent"}, {"priority": "urgent"}),
        ({"tags": ["bell", "new"]}, {"tags": ["bell", "new"]}),
        ({"tags": []}, {"tags": []}),
        ({"skills": ["sap", "french"]}, {"skills": ["sap", "french"]}),
        (
            {"data": {"a": None, "b": {"d": 3}}},
            {"data": NEEDED | {"b": {"c": 2, "d": 3}}},
        ),
        ({"data": {"b": [1]}}, {"data": NEEDED | {"a": 1, "b": [1]}}),
        ({"queue": "billing"}, {"queue_id": str(id_of("billing"))}),
        ({"queue": str(id_of("billing"))}, {"queue_id": str(id_of("billing"))}),
    ],
    ids=str,
)
def test_only_named_fields_change(db, changes, stored):
    ticket = db.create_ticket(tags=["old"], data=DATA)

    result = update(db, ticket, **changes)

    assert result == db.reload(ticket)
    derived = ("updated_at", "tag_keys", "queue")
    kept = {name: ticket[name] for name in ticket if name not in derived}
    assert result == {**result, **kept, "version": 2, **stored}
    assert db.event_types(ticket) == ["TICKET_CREATED", "TICKET_UPDATED"]


def test_equal_values_are_no_change(db):
    ticket = db.create_ticket(tags=["old"], data={"a": 1})

    result = update(db, ticket, subject="Help", tags=["old"], data={"a": 1, "b": None})

    assert result == ticket
    assert db.event_types(ticket) == ["TICKET_CREATED"]


@given(fields=OBJECT, patch=OBJECT)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_fields_are_merged_as_rfc_7396_says(db, fields, patch):
    merged = db.scalar(
        "select private.merge_patch(%s, %s)", Jsonb(fields), Jsonb(patch)
    )

    assert merged == merge_patch(fields, patch)


def merge_patch(target, patch):
    """The pseudocode of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def test_only_staff_of_the_queue_update_tickets(db):
    ticket = db.create_ticket()
    results = {}

    for who in PEOPLE:
        results[who] = "changed"
        with ignoring("PT403", "PT404"):
            update(db, ticket, who, subject=f"As {who}")
            continue
        results[who] = "refused"

    changed = {who for who, result in results.items() if result == "changed"}
    assert changed == {"agent", "neighbour", "lead", "admin"}


@pytest.mark.parametrize(
    ("who", "code", "slug"),
    [("customer", "PT403", "denied"), ("stranger", "PT404", "not-found")],
)
def test_customers_update_nothing(db, who, code, slug):
    ticket = db.create_ticket()

    with refused(code, slug):
        update(db, ticket, who, priority="urgent")

    assert db.reload(ticket) == ticket


def test_updates_with_a_stale_version_are_refused(db):
    ticket = db.create_ticket()
    update(db, ticket, version=1, subject="First")

    with refused("PT412", "stale"):
        update(db, ticket, version=1, subject="Second")


def test_closed_tickets_refuse_updates(db):
    ticket = db.create_ticket_in("closed")

    for subject in ("Other", ticket["subject"]):
        with refused("PT409", "ticket-closed"):
            update(db, ticket, subject=subject)


# Other queues ---------------------------------------------------------------


def test_moving_a_ticket_unassigns_people_outside_the_queue(db):
    ticket = db.create_ticket_in("open")

    moved = update(db, ticket, queue="billing")

    assert (moved["queue_id"], moved["assignee_id"]) == (str(id_of("billing")), None)
    assert db.event_types(ticket)[-2:] == ["TICKET_ASSIGNED", "TICKET_UPDATED"]
    assert moved["version"] == ticket["version"] + 1
    assert (
        db.scalar("select load from public.agents where person_id = %s", id_of("agent"))
        == 0
    )


def test_moving_a_ticket_keeps_an_assignee_of_both_queues(db):
    ticket = db.create_ticket_in("open", held_by="admin")

    moved = update(db, ticket, queue="billing")

    assert moved["assignee_id"] == str(id_of("admin"))


def test_solved_tickets_do_not_move_without_their_assignee(db):
    ticket = db.create_ticket_in("solved")

    with refused("PT409", "solved-needs-assignee"):
        update(db, ticket, queue="billing")


@pytest.mark.parametrize("queue", ["attic", "nowhere", ""])
def test_tickets_move_to_active_queues_only(db, queue):
    with refused("PT422", "unknown-queue"):
        update(db, db.create_ticket(), queue=queue)


# Invalid requests ----------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{}, {"status": "open"}, {"assignee_id": "me"}, {"subject": "S", "number": 1},
     {"tags": "one"}, {"skills": "sap"}, {"data": []}, {"data": None}, {"tags": None},
     {"data": {"a": [[[[[[[[[1]]]]]]]]]}}],
    ids=str,
)  # fmt: skip
def test_other_changes_are_refused(db, changes):
    with refused("PT422", "invalid"):
        update(db, db.create_ticket(), **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": ""}, "23514"),
        ({"subject": None}, "PT422"),
        ({"type": "wish"}, "22P02"),
        ({"priority": None}, "PT422"),
        ({"tags": ["a b"]}, "23514"),
        ({"tags": [f"x{n}" for n in range(21)]}, "23514"),
        ({"skills": ["a,b"]}, "23514"),
        ({"data": {"a": "x" * 17_000}}, "23514"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_invalid_values_are_refused(db, changes, code):
    with refused(code):
        update(db, db.create_ticket(), **changes)


@pytest.mark.parametrize("changes", [Json([]), Json(["subject"])], ids=str)
def test_changes_are_an_object(db, changes):
    with refused("PT422", "invalid"):
        db.call(
            "agent", "update_ticket", ticket=db.create_ticket()["id"], changes=changes
        )


def test_workers_cannot_update_tickets(db):
    with refused("42501"):
        update(db, db.create_ticket(), WORKER, subject="Mine")
