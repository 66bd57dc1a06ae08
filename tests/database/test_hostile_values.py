"""Hostile values, sent to the database past the HTTP functions."""

import json

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.types.values import storable_fields
from shared.tickets import Ticket

from .acting import Json, refused
from .personas import id_of

pytestmark = pytest.mark.slow

NULL, CHECK, MALFORMED, RANGE = "23502", "23514", "22P02", "22003"
SUPPORT = "support"
TOO_DEEP = {"a": [[[[[[[[1]]]]]]]]}
DEEP = {"a": [[[[[[[1]]]]]]]}


@pytest.mark.parametrize("field", ["subject", "body", "type", "tags", "data"])
def test_required_fields_may_not_be_null(db, field):
    with refused(NULL):
        db.create_ticket(**{field: None})


@pytest.mark.parametrize("field", ["priority", "queue"])
def test_optional_fields_may_be_null(db, field):
    ticket = db.create_ticket(**{field: None})

    assert (ticket["priority"], ticket["queue_id"]) == ("normal", str(id_of(SUPPORT)))


@pytest.mark.parametrize(
    "draft",
    [
        {"subject": ""},
        {"subject": "s" * 201},
        {"body": ""},
        {"body": "b" * 50_001},
        {"tags": [None]},
        {"tags": ["fine", None]},
        {"tags": ["", "fine"]},
        {"tags": ["two words"]},
        {"tags": ["two,tags"]},
        {"tags": ["t" * 51]},
        {"tags": [["nested"], ["tags"]]},
        {"tags": [f"tag{n}" for n in range(21)]},
        {"data": Json([])},
        {"data": {"long": "x" * 17_000}},
        {"data": {str(n): n for n in range(101)}},
        {"data": TOO_DEEP},
    ],
    ids=lambda draft: json.dumps(draft)[:40],
)
def test_a_value_that_breaks_a_rule_is_refused(db, draft):
    with refused(CHECK):
        db.create_ticket(**draft)


# The last is refused for its bytes, before anything looks at the number.
@pytest.mark.parametrize(
    ("number", "code"), [("1e309", CHECK), ("-1e309", CHECK), ("1e100000", "PT422")]
)
def test_numbers_beyond_double_precision_are_refused(db, number, code):
    data = f'{{"amount": {number}}}'

    with refused(code), db.acting("customer") as connection:
        connection.execute(
            "select api.create_ticket('Help', 'It.', data => %s::jsonb)", [data]
        )


@pytest.mark.parametrize(
    "draft",
    [
        {"data": DEEP},
        {"data": {str(n): None for n in range(100)}},
        {"data": {"large": 10**308, "small": -1e-300, "text": "\u2028'\"\\"}},
        {"tags": [f"tag{n}" for n in range(20)]},
        {"tags": ["t" * 50, "ä-ß", "#'\""]},
    ],
    ids=lambda draft: json.dumps(draft)[:40],
)
def test_values_at_their_limits_are_stored_and_read(db, draft):
    ticket = db.create_ticket(**draft)

    read = Ticket.model_validate(db.call("agent", "get_ticket", ticket=ticket["id"]))
    assert {name: getattr(read, name) for name in draft} == draft


LEAVES = st.none() | st.booleans() | st.integers(-(10**300), 10**300) | st.text("ab\n")
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2), max_leaves=20)


def test_the_database_and_the_model_refuse_the_same_fields(db):
    @given(st.dictionaries(st.text("abc", min_size=1), VALUES, max_size=4))
    def agree(data):
        try:
            storable_fields(data)
        except ValueError:
            with refused(CHECK):
                db.create_ticket(data=data)
        else:
            assert db.create_ticket(data=data)["data"] == data

    agree()


@pytest.mark.parametrize(
    "ref",
    [
        None,
        "",
        "0",
        "nope",
        "9" * 18,
        "9" * 19,
        "9" * 400,
        "-1",
        "1.5",
        " 1001",
        "1001\n",
        "%",
        "\u0661\u0660\u0660\u0661",
        "00000000-0000-0000-0000-000000000000",
    ],
)
@pytest.mark.parametrize(
    ("function", "rest"),
    [
        ("get_ticket", {}),
        ("list_comments", {}),
        ("list_ticket_events", {}),
        ("add_comment", {"body": "So."}),
        ("update_ticket_status", {"status": "open"}),
        ("assign_ticket", {"assignee": "me"}),
        ("release_ticket", {}),
    ],
)
def test_invalid_ticket_references_are_not_found(db, function, rest, ref):
    db.create_ticket()

    with refused("PT404", "not-found"):
        db.call("admin", function, ticket=ref, **rest)


@pytest.mark.parametrize(
    ("function", "arguments", "code"),
    [
        ("add_comment", {"body": None}, NULL),
        ("add_comment", {"body": ""}, CHECK),
        ("add_comment", {"body": "So.", "visibility": None}, NULL),
        ("add_comment", {"body": "So.", "idempotency_key": ""}, "PT422"),
        ("add_comment", {"body": "So.", "idempotency_key": "k" * 256}, "PT422"),
        ("update_ticket_status", {"status": None}, "PT422"),
        ("update_ticket_status", {"status": ""}, "PT422"),
        ("update_ticket_status", {"status": "OPEN"}, "PT422"),
        ("update_ticket_status", {"status": "open", "reason": ""}, CHECK),
        ("update_ticket_status", {"status": "open", "reason": "r" * 501}, CHECK),
        ("assign_ticket", {"assignee": ""}, MALFORMED),
        ("assign_ticket", {"assignee": "ME"}, MALFORMED),
        ("assign_ticket", {"assignee": str(id_of("nobody"))}, "PT422"),
    ],
)
def test_commands_refuse_invalid_arguments(db, function, arguments, code):
    ticket = db.create_ticket()

    with refused(code):
        db.call("admin", function, ticket=ticket["id"], **arguments)

    assert db.reload(ticket) == ticket


def test_assigning_nobody_releases_the_ticket(db):
    ticket = db.create_ticket_in("open")

    db.call("agent", "assign_ticket", ticket=ticket["id"], assignee=None)

    assert db.reload(ticket)["assignee_id"] is None


@pytest.mark.parametrize(
    ("function", "arguments", "code"),
    [
        ("list_queue", {"queue": None}, "PT404"),
        ("list_queue", {"queue": ""}, "PT404"),
        ("list_queue", {"queue": "nope"}, "PT404"),
        ("list_queue", {"sort": None}, "PT422"),
        ("list_queue", {"sort": "id; drop table public.tickets"}, "PT422"),
        ("list_queue", {"filters": {"statuses": ["new", "nope"]}}, "PT422"),
        ("list_queue", {"filters": {"statuses": ["') or true --"]}}, "PT422"),
        ("list_queue", {"filters": {"priorities": ["nope"]}}, MALFORMED),
        ("list_queue", {"filters": {"types": ["nope"]}}, MALFORMED),
        ("list_queue", {"filters": {"types": "task"}}, "PT422"),
        ("list_queue", {"filters": {"waiting_on": ["nope"]}}, MALFORMED),
        ("list_queue", {"filters": {"assignee": "nope"}}, MALFORMED),
        ("list_queue", {"filters": {"requester": "none"}}, MALFORMED),
        ("list_queue", {"filters": {"requester": "') or true --"}}, MALFORMED),
        ("list_queue", {"filters": {"organization": "me"}}, MALFORMED),
        ("list_queue", {"filters": {"created_after": "Px"}}, "PT422"),
        ("list_queue", {"filters": {"created_after": "soon"}}, "PT422"),
        ("list_queue", {"filters": {"created_after": "P999999Y"}}, "PT422"),
        ("list_queue", {"filters": {"queue_id": "x"}}, "PT422"),
        ("list_queue", {"filters": Json([])}, "PT422"),
        ("list_queue", {"after": Json(["soon", "now", "x"])}, MALFORMED),
        ("list_queue", {"sort": "oldest", "after": Json(["9" * 19])}, RANGE),
        ("list_queue", {"page_size": -1}, "PT422"),
        ("list_people", {"after": Json(["A", "nope"])}, MALFORMED),
        ("grant_role", {"person": None, "role": "agent"}, "PT404"),
        ("grant_role", {"person": str(id_of("stranger")), "role": None}, "PT404"),
        ("revoke_role", {"person": None, "role": None}, "PT404"),
        ("define_role", {"role": None, "name": "N", "permissions": []}, NULL),
        ("define_role", {"role": "", "name": "N", "permissions": []}, CHECK),
        ("define_role", {"role": "No!", "name": "N", "permissions": []}, CHECK),
        ("define_role", {"role": "r1", "name": None, "permissions": []}, NULL),
        ("define_role", {"role": "r1", "name": "", "permissions": []}, CHECK),
        ("define_role", {"role": "r1", "name": "N", "permissions": None}, "PT422"),
        ("define_role", {"role": "r1", "name": "N", "permissions": [None]}, "PT422"),
        ("define_role", {"role": "r1", "name": "N", "permissions": [""]}, "PT422"),
    ],
)
def test_queries_refuse_invalid_arguments(db, function, arguments, code):
    db.create_ticket()
    queue = {"queue": SUPPORT} if function == "list_queue" else {}

    with refused(code):
        db.rows("admin", function, **{**queue, **arguments})


@pytest.mark.parametrize("cursor", [{}, {"a": 1}, Json([]), Json([None, None, None])])
@pytest.mark.parametrize("sort", ["priority", "oldest", "newest", "updated"])
def test_malformed_cursors_return_an_empty_last_page(db, sort, cursor):
    db.create_ticket()

    page = db.list_queue(sort_=sort, after_=cursor)

    assert (page["items"], page["next"]) == ([], None)


@pytest.mark.parametrize(
    "empty",
    [
        {"statuses": []},
        {"priorities": []},
        {"types": []},
        {"waiting_on": []},
    ],
)
def test_empty_filters_find_nothing(db, empty):
    db.create_ticket()

    page = db.list_queue(**empty, with_total_=True)

    assert page["items"] == []
    assert page["total"] == {"count": 0, "exact": True}


@pytest.mark.parametrize(
    ("who", "function", "arguments"),
    [
        ("customer", "add_comment", {"body": ""}),
        ("customer", "add_comment", {"body": None}),
        ("agent", "add_comment", {"body": "\u200b", "visibility": "internal"}),
        ("agent", "update_ticket", {"changes": {"subject": ""}}),
        ("agent", "update_ticket", {"changes": {"tags": ["a b"]}}),
        ("agent", "update_ticket_status", {"status": "open", "reason": "x" * 501}),
    ],
)
def test_no_refusal_shows_the_row_to_who_may_not_see_all_of_it(
    db, who, function, arguments
):
    """Its positions and versions would count the notes of the ticket."""
    ticket = db.create_ticket()
    db.note(ticket)
    db.assign(ticket, "agent")

    with pytest.raises(psycopg.Error) as refusal:
        db.call(who, function, ticket=ticket["id"], **arguments)

    assert "Failing row" not in str(refusal.value.diag.message_detail)
    assert "Failing row" not in str(refusal.value)
