"""Views, read markers and queue status."""

import pytest

from functions.broadcast_queue_status.app import handler as broadcast
from functions.get_queue_status.app import handler as get_queue_status
from functions.get_ticket.app import handler as get_ticket
from functions.manage_views.app import handler as manage_views
from functions.mark_ticket_read.app import handler as mark_ticket_read
from tests.builders import ME, NOW, QUEUE, ticket_row
from tests.events import context, send

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
ONE = f"/v1/views/{ID}"
MARKER = "/v1/tickets/1042/read-marker"
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
    "version": 1,
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


def test_views_are_listed_without_the_conditions_of_a_newer_version(rest):
    rest.results["list_views"] = [VIEW]

    answer = send(manage_views, "GET", "/v1/views")

    [view] = answer.json["items"]
    assert view["conditions"]["assignee"] == "me"
    assert "of_a_newer_version" not in view["conditions"]


def test_a_view_is_created_with_the_conditions_as_they_were_sent(rest):
    rest.results["create_view"] = VIEW
    draft = {
        "name": "Mine",
        "conditions": {"assignee": "me", "waiting_before": "PT2H", "tags": None},
        "sort": "oldest",
    }
    key = {"Idempotency-Key": "k"}

    answer = send(manage_views, "POST", "/v1/views", draft, headers=key)

    assert answer.status == 201
    assert answer.headers["location"] == f"{ONE}/tickets"
    assert rest.arguments("create_view") == [
        {
            "name": "Mine",
            "conditions": {"assignee": "me", "waiting_before": "PT2H"},
            "sort": "oldest",
            "idempotency_key": "k",
        }
    ]


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({}, {}),
        ({"name": "Ours"}, {"name": "Ours"}),
        ({"queue": None}, {"queue": None}),
        ({"conditions": {}}, {"conditions": {}}),
        ({"scope": "team", "queue": "x"}, {"scope": "team", "queue": "x"}),
    ],
    ids=str,
)
def test_a_change_sends_what_is_named_and_nothing_else(rest, change, changes):
    rest.results["change_view"] = VIEW

    assert send(manage_views, "PATCH", ONE, change).status == 200

    assert rest.arguments("change_view") == [{"view": ID, "changes": changes}]


def test_a_deleted_view_is_returned(rest):
    rest.results["delete_view"] = VIEW

    assert send(manage_views, "DELETE", ONE).json["id"] == ID
    assert rest.arguments("delete_view") == [{"view": ID}]


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
def test_an_invalid_view_never_reaches_the_database(rest, draft):
    answer = send(manage_views, "POST", "/v1/views", draft)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize("body", [{}, {"seq": 4}])
def test_a_read_marker_is_stored(rest, body):
    row = {"person_id": str(ME), "ticket_id": ID, "seq": 4, "looked_at": str(NOW)}
    rest.results["mark_ticket_read"] = row

    answer = send(mark_ticket_read, "PUT", MARKER, body)

    assert (answer.status, answer.json["seq"]) == (200, 4)
    assert "person_id" not in answer.json
    assert rest.arguments("mark_ticket_read") == [{"ticket": "1042", **body}]


@pytest.mark.parametrize("body", [{"seq": -1}, {"seq": "x"}, {"at": 1}, {"seq": 2**31}])
def test_an_invalid_read_marker_never_reaches_the_database(rest, body):
    answer = send(mark_ticket_read, "PUT", MARKER, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_the_status_of_a_queue_is_returned(rest):
    rest.results["get_queue_status"] = STATUS

    answer = send(get_queue_status, "GET", "/v1/queues/support/status")

    assert answer.json["breaching"] == {"count": 1000, "exact": False}
    assert answer.json["by_priority"]["normal"] == 3
    assert rest.arguments("get_queue_status") == [{"queue": "support"}]


def test_a_ticket_says_whether_it_is_unread(rest):
    rest.results["get_ticket"] = ticket_row(unread=True)

    assert send(get_ticket, "GET", "/v1/tickets/1042").json["unread"] is True


@pytest.mark.parametrize(
    ("event", "arguments"), [({"triggered": True}, {"pending": True}), ({}, {})]
)
@pytest.mark.parametrize(
    ("seconds", "delays"), [(None, []), (0.2, [1]), (1.0, [1]), (1.01, [2])]
)
def test_a_status_that_is_too_early_triggers_another_run(
    rest, aws, event, arguments, seconds, delays
):
    rest.results["broadcast_queue_statuses"] = seconds

    broadcast(event, context())

    assert rest.arguments("broadcast_queue_statuses") == [arguments]
    assert aws.triggered() == [("queue_statuses", delay) for delay in delays]
