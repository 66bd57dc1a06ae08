"""Views, read markers and queue status, each function as Lambda runs it."""

import json

import pytest

from functions.broadcast_queue_status import app as broadcast
from functions.broadcast_queue_status.use_case import QueueStatusBroadcast
from functions.get_queue_status.app import handler as get_status
from functions.manage_views.app import handler as manage_views
from functions.mark_ticket_read.app import handler as mark_ticket_read
from tests.builders import ME, NOW, QUEUE, ticket_row
from tests.events import SIGNED_IN, context, http_event, invoke
from tests.fakes.postgrest import serving

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
ONE = f"/v1/views/{ID}"
VIEW = {
    "id": ID,
    "scope": "mine",
    "owner_id": str(ME),
    "queue_id": None,
    "name": "Mine",
    "conditions": {"assignee": "me", "of_a_newer_version": 1},
    "sort": "priority",
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
}
STATUS = {
    "queue_id": str(QUEUE),
    "new": 1,
    "open": 2,
    "pending": 0,
    "on_hold": 0,
    "waiting": 3,
    "unassigned": 1,
    "breaching": {"count": 1000, "exact": False},
    "oldest_waiting_since": NOW.isoformat(),
    "by_priority": {"urgent": 0, "high": 0, "normal": 3, "low": 0},
}


@pytest.fixture
def rest(monkeypatch):
    from shared.core.http import get_settings

    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
        get_settings.cache_clear()
        yield fake
        get_settings.cache_clear()


def send(handler, method, path, body=None, query="", **headers):
    given = SIGNED_IN | {name.replace("_", "-"): text for name, text in headers.items()}
    return invoke(handler, http_event(method, path, body, given, query))


def test_views_are_listed_also_with_what_a_newer_version_has_added(rest):
    rest.answers = [(200, [VIEW])]

    answer = send(manage_views, "GET", "/v1/views")

    [view] = answer.json["items"]
    assert view["conditions"]["assignee"] == "me"
    assert "of_a_newer_version" not in view["conditions"]


def test_a_view_is_saved_once_a_key_with_what_was_said(rest):
    rest.answers = [(200, VIEW)]
    draft = {
        "name": "Mine",
        "conditions": {"assignee": "me", "waiting_before": "PT2H", "tags": None},
        "sort": "oldest",
    }

    answer = send(manage_views, "POST", "/v1/views", draft, idempotency_key="k")

    assert answer.status == 201
    assert answer.headers["location"] == f"{ONE}/tickets"
    assert rest.asked[0].arguments == {
        "name": "Mine",
        "conditions": {"assignee": "me", "waiting_before": "PT2H"},
        "sort": "oldest",
        "idempotency_key": "k",
    }


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, {}),
        ({"name": "Ours"}, {"name": "Ours"}),
        ({"queue": None}, {"queue": None}),
        ({"conditions": {}}, {"conditions": {}}),
        ({"scope": "team", "queue": "x"}, {"scope": "team", "queue": "x"}),
    ],
    ids=str,
)
def test_a_change_says_only_what_is_named(rest, change, asked):
    rest.answers = [(200, VIEW)]

    assert send(manage_views, "PATCH", ONE, change).status == 200

    assert rest.asked[0].arguments == {"view": ID, "changes": asked}


def test_a_view_that_is_deleted_is_told_once_more(rest):
    rest.answers = [(200, VIEW)]

    assert send(manage_views, "DELETE", ONE).json["id"] == ID


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"name": ""},
        {"name": "n" * 81},
        {"name": "two\nlines"},
        {"name": "x", "scope": "world"},
        {"name": "x", "owner_id": ID},
        {"name": "x", "sort": "subject"},
        {"name": "x", "conditions": {"colour": "red"}},
        {"name": "x", "conditions": {"assignee": "somebody"}},
        {"name": "x", "conditions": {"statuses": "new"}},
        {"name": "x", "conditions": {"created_after": "soon"}},
        {"name": "x", "conditions": {"tags": ["t"] * 51}},
    ],
    ids=str,
)
def test_a_view_that_makes_no_sense_never_reaches_the_database(rest, draft):
    answer = send(manage_views, "POST", "/v1/views", draft)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert rest.asked == []


@pytest.mark.parametrize("body", [{}, {"seq": 4}])
def test_a_read_marker_is_stored(rest, body):
    row = {"person_id": str(ME), "ticket_id": ID, "seq": 4, "looked_at": str(NOW)}
    rest.answers = [(200, row)]

    answer = send(mark_ticket_read, "PUT", "/v1/tickets/1042/read-marker", body)

    assert (answer.status, answer.json["seq"]) == (200, 4)
    assert "person_id" not in answer.json
    assert rest.asked[0].arguments == {"ticket": "1042", **body}


@pytest.mark.parametrize("body", [{"seq": -1}, {"seq": "x"}, {"at": 1}, {"seq": 2**31}])
def test_a_read_marker_that_makes_no_sense_is_refused(rest, body):
    answer = send(mark_ticket_read, "PUT", "/v1/tickets/1042/read-marker", body)

    assert (answer.status, answer.problem) == (422, "invalid")


def test_the_status_of_a_queue_is_returned(rest):
    rest.answers = [(200, STATUS)]

    answer = send(get_status, "GET", "/v1/queues/support/status")

    assert answer.json["breaching"] == {"count": 1000, "exact": False}
    assert answer.json["by_priority"]["normal"] == 3


def test_a_ticket_says_whether_it_is_new_to_me(rest):
    from functions.get_ticket.app import handler as get_ticket

    rest.answers = [(200, ticket_row(unread=True))]

    assert send(get_ticket, "GET", "/v1/tickets/1042").json["unread"] is True


class FakeBroadcaster:
    """`StatusBroadcaster`; it returns the seconds that it is given."""

    def __init__(self, seconds):
        self.seconds, self.calls = seconds, []

    def refresh(self, event):
        self.calls.append(event)
        return self.seconds

    def broadcast_deferred(self):
        self.calls.append("deferred")
        return self.seconds

    def broadcast_changed(self):
        self.calls.append("changed")
        return self.seconds


@pytest.mark.parametrize(
    ("event", "called"), [({"triggered": True}, "deferred"), ({}, "changed")]
)
@pytest.mark.parametrize(
    ("seconds", "triggers"), [(None, []), (0.2, [1]), (1.0, [1]), (1.01, [2])]
)
def test_what_is_too_early_is_come_back_for(
    monkeypatch, event, called, seconds, triggers
):
    broadcaster, triggered = FakeBroadcaster(seconds), []
    run = QueueStatusBroadcast(broadcaster, triggered.append)
    monkeypatch.setattr(broadcast, "get_broadcast", lambda: run)

    broadcast.handler(json.loads(json.dumps(event)), context())

    assert broadcaster.calls == [called]
    assert triggered == triggers
