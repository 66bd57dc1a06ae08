"""Bulk updates: the routes, and the worker that applies them."""

import pytest

from functions.apply_bulk_updates.app import handler as apply
from functions.bulk_update.app import handler as manage
from shared.core.errors import Unavailable
from tests.builders import NOW, page
from tests.events import context, send
from tests.fakes import OUTAGE, in_turn, rest_error

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
ALL = "/v1/bulk-updates"
ONE = f"{ALL}/{ID}"
CHANGE = {"priority": "low", "add_tags": ["recall"]}
JOB = {
    "id": ID,
    "state": "running",
    "change": CHANGE,
    "undo_of": None,
    "total": 2,
    "done": 1,
    "skipped": 0,
    "failed": 0,
    "created_at": NOW.isoformat(),
    "started_at": NOW.isoformat(),
    "finished_at": None,
}
FINISHED = JOB | {"state": "finished", "done": 2, "finished_at": NOW.isoformat()}
ITEM = {"position": 1, "ticket": "1042", "result": "done", "problem": None,
        "detail": None}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "function", "arguments"),
    [
        (
            "POST",
            ALL,
            {"tickets": [1042, "1043", ID], "change": CHANGE},
            202,
            "bulk_update",
            {"tickets": ["1042", "1043", ID], "change": CHANGE, "idempotency_key": "k"},
        ),
        (
            "POST",
            ALL,
            {"view": ID, "change": {"assignee": "me"}},
            202,
            "bulk_update",
            {"view": ID, "change": {"assignee": "me"}, "idempotency_key": "k"},
        ),
        ("GET", ONE, None, 200, "get_bulk_update", {"bulk_update": ID}),
        (
            "POST",
            f"{ONE}/undo",
            None,
            202,
            "undo_bulk_update",
            {"bulk_update": ID, "idempotency_key": "k"},
        ),
    ],
)
def test_a_route_is_one_call(rest, method, path, body, status, function, arguments):
    rest.results[function] = JOB
    key = {"Idempotency-Key": "k"} if method == "POST" else {}

    answer = send(manage, method, path, body, headers=key)

    assert answer.status == status, answer.body
    assert answer.json["done"] == 1
    assert rest.functions == [function]
    assert rest.arguments(function) == [arguments]


def test_bulk_updates_are_listed_page_by_page(rest):
    rest.results["list_bulk_updates"] = in_turn(
        page(JOB, following=[NOW.isoformat(), ID]), page()
    )

    first = send(manage, "GET", ALL, query="limit=1").json
    query = f"limit=1&cursor={first['next_cursor']}"
    last = send(manage, "GET", ALL, query=query).json

    assert [each["id"] for each in first["items"]] == [ID]
    assert last["next_cursor"] is None
    start, rest_of_it = rest.arguments("list_bulk_updates")
    assert start == {"page_size": 1}
    assert rest_of_it["before"][1] == ID


def test_items_are_listed_page_by_page(rest):
    function = "list_bulk_items"
    rest.results[function] = in_turn(page(ITEM, following=1), page())

    first = send(manage, "GET", f"{ONE}/items", query="limit=1&result=done").json
    query = f"limit=1&result=done&cursor={first['next_cursor']}"
    last = send(manage, "GET", f"{ONE}/items", query=query).json

    assert first["items"] == [ITEM]
    assert last["next_cursor"] is None
    assert rest.arguments(function) == [
        {"bulk_update": ID, "result": "done", "page_size": 1},
        {"bulk_update": ID, "result": "done", "page_size": 1, "after": 1},
    ]


@pytest.mark.parametrize(
    ("tickets", "change"),
    [
        ({}, CHANGE),
        ({"tickets": []}, CHANGE),
        ({"tickets": ["1042"], "view": ID}, CHANGE),
        ({"tickets": ["#1042"]}, CHANGE),
        ({"tickets": [True]}, CHANGE),
        ({"tickets": [1.5]}, CHANGE),
        ({"tickets": [-1]}, CHANGE),
        ({"view": "mine"}, CHANGE),
        ({"tickets": ["1042"]}, {}),
        ({"tickets": ["1042"]}, {"reason": "So."}),
        ({"tickets": ["1042"]}, {"priority": None}),
        ({"tickets": ["1042"]}, {"priority": "whenever"}),
        ({"tickets": ["1042"]}, {"assignee": "somebody"}),
        ({"tickets": ["1042"]}, {"add_tags": []}),
        ({"tickets": ["1042"]}, {"add_tags": ["a b"]}),
        ({"tickets": ["1042"]}, {"status": "open", "subject": "S"}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_invalid_request_never_reaches_the_database(rest, tickets, change):
    answer = send(manage, "POST", ALL, {**tickets, "change": change})

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.fixture
def claimed(rest):
    """Let the worker claim a chunk so often, and get these results of applying it."""

    def claimed(*results):
        claim = {"id": ID, "attempt": 1}
        rest.results |= {
            "claim_bulk_update": in_turn(*[claim] * len(results), None),
            "apply_bulk_chunk": in_turn(*results),
            "delete_old_bulk_updates": 0,
        }

    return claimed


def test_chunks_are_applied_until_none_is_due(rest, claimed):
    claimed(JOB, FINISHED)

    result = apply({}, context(60_000))

    assert result == {"chunks": 2, "finished": 1, "failed": 0}
    assert rest.functions == [
        *["claim_bulk_update", "apply_bulk_chunk"] * 2,
        "claim_bulk_update",
        "delete_old_bulk_updates",
    ]
    assert rest.arguments("apply_bulk_chunk")[0] == {
        "bulk_update": ID,
        "attempt": 1,
        "max_items": 50,
    }
    assert rest.calls[0].headers["apikey"] == "sb_secret_worker"


def test_a_chunk_of_another_worker_is_left_to_it(rest, claimed):
    claimed(None)

    result = apply({"triggered": True}, context(60_000))

    assert result == {"chunks": 1, "finished": 0, "failed": 0}
    assert "delete_old_bulk_updates" not in rest.functions  # that is done on schedule


def test_a_chunk_that_fails_holds_up_no_other(rest, claimed):
    claimed(rest_error(500, "57014", "canceling"), FINISHED)

    result = apply({"triggered": True}, context(60_000))

    assert result == {"chunks": 1, "finished": 1, "failed": 1}
    assert rest.functions.count("claim_bulk_update") == 3


def test_nothing_is_claimed_without_time_to_apply_it(rest, claimed):
    claimed(JOB)

    assert apply({}, context(14_000))["chunks"] == 0
    assert rest.functions == ["delete_old_bulk_updates"]


def test_an_outage_is_raised_for_the_scheduler_to_retry(rest):
    rest.results["claim_bulk_update"] = OUTAGE

    with pytest.raises(Unavailable):
        apply({"triggered": True}, context(60_000))
