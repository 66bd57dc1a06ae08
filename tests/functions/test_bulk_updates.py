"""Asking for bulk updates and working them off, each function as Lambda runs it."""

import pytest

from functions.apply_bulk_updates.app import handler as apply
from functions.bulk_update.app import handler as manage
from tests.builders import NOW
from tests.events import SIGNED_IN, context, http_event, invoke
from tests.fakes.postgrest import serving

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
SECRET = "sb_secret_worker"
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


@pytest.fixture
def rest(monkeypatch):
    from shared.core.http import get_settings

    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
        monkeypatch.setenv("SUPABASE_SECRET_KEY", SECRET)
        get_settings.cache_clear()
        yield fake
        get_settings.cache_clear()


def send(method, path, body=None, query="", **headers):
    given = SIGNED_IN | headers
    return invoke(manage, http_event(method, path, body, given, query))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "function", "asked"),
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
def test_a_route_is_one_command(rest, method, path, body, status, function, asked):
    rest.answers = [(200, JOB)]
    key = {"idempotency-key": "k"} if method == "POST" else {}

    answer = send(method, path, body, **key)

    assert answer.status == status, answer.body
    assert answer.json["done"] == 1
    [question] = rest.asked
    assert (question.function, question.arguments) == (function, asked)


def test_bulk_updates_are_listed_page_by_page(rest):
    rest.answers = [(200, [JOB, FINISHED]), (200, [])]

    first = send("GET", ALL, query="limit=1").json
    last = send("GET", ALL, query=f"limit=1&cursor={first['next_cursor']}").json

    assert [each["id"] for each in first["items"]] == [ID]
    assert last["next_cursor"] is None
    assert rest.asked[1].arguments["before"][1] == ID


def test_items_are_listed_page_by_page(rest):
    rest.answers = [(200, [ITEM, ITEM | {"position": 2}]), (200, [])]

    first = send("GET", f"{ONE}/items", query="limit=1&result=done").json
    query = f"limit=1&result=done&cursor={first['next_cursor']}"
    last = send("GET", f"{ONE}/items", query=query).json

    assert first["items"] == [ITEM]
    assert last["next_cursor"] is None
    assert [asked.arguments for asked in rest.asked] == [
        {"bulk_update": ID, "result": "done", "page_size": 2},
        {"bulk_update": ID, "result": "done", "page_size": 2, "after": 1},
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
        ({"tickets": ["1042"] * 1001}, CHANGE),
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
def test_what_makes_no_sense_is_refused(rest, tickets, change):
    answer = send("POST", ALL, {**tickets, "change": change})

    assert (answer.status, answer.problem) == (422, "invalid")
    assert rest.asked == []


# The worker -----------------------------------------------------------------


def test_chunk_after_chunk_is_done_until_nothing_is_due(rest):
    claimed = {"id": ID, "attempt": 1}
    rest.answers = [
        (200, claimed), (200, JOB), (200, claimed), (200, FINISHED), (200, None),
        (200, 0),
    ]  # fmt: skip

    told = apply({}, context(60_000))

    assert told == {"chunks": 2, "finished": 1, "failed": 0}
    assert [asked.function for asked in rest.asked] == [
        *["claim_bulk_update", "apply_bulk_chunk"] * 2,
        "claim_bulk_update",
        "delete_old_bulk_updates",
    ]
    assert rest.asked[1].arguments == {
        "bulk_update": ID,
        "attempt": 1,
        "max_items": 50,
    }
    assert rest.asked[0].headers["apikey"] == SECRET


def test_what_another_worker_has_taken_is_left_to_it(rest):
    rest.answers = [(200, {"id": ID, "attempt": 1}), (200, None), (200, None)]

    told = apply({"triggered": True}, context(60_000))

    assert told == {"chunks": 1, "finished": 0, "failed": 0}
    assert len(rest.asked) == 3  # only the clock has time to forget


def test_a_chunk_that_fails_does_not_hold_up_the_others(rest):
    trouble = {"code": "57014", "message": "canceling", "details": None, "hint": None}
    rest.answers = [
        (200, {"id": ID, "attempt": 1}), (500, trouble),
        (200, {"id": ID, "attempt": 1}), (200, FINISHED), (200, None),
    ]  # fmt: skip

    told = apply({"triggered": True}, context(60_000))

    assert told == {"chunks": 1, "finished": 1, "failed": 1}
    assert len(rest.asked) == 5


def test_no_time_is_no_claim(rest):
    rest.answers = [(200, 0)]

    assert apply({}, context(14_000))["chunks"] == 0
    assert [asked.function for asked in rest.asked] == ["delete_old_bulk_updates"]


def test_an_outage_is_the_clocks_to_try_again(rest):
    rest.reports(503, "PGRST000", "no connection")

    with pytest.raises(Exception, match="unavailable"):
        apply({"triggered": True}, context(60_000))
