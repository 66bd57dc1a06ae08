"""Notifications and their preferences, the event feed, and dead letters."""

from uuid import uuid4

import pytest

from functions.list_events.app import handler as feed
from functions.manage_dead_letters.app import handler as dead_letters
from functions.manage_notifications.app import handler as notifications
from shared.core.types import encode_cursor
from tests.builders import ME, NOW, event_row, page
from tests.events import http_event, invoke, send
from tests.fakes import refusal

KEY = {"Idempotency-Key": "k"}
ID = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"
PLACE = "0123456789abcdef" * 2  # in the feed, encrypted
PREFERENCE = {"type": "TICKET_COMMENTED", "in_app": True, "email": False}


def notification(**given):
    row = {
        "id": str(uuid4()),
        "event_id": str(uuid4()),
        "ticket_id": str(uuid4()),
        "ticket_number": 1042,
        "ticket_subject": "Help",
        "type": "TICKET_COMMENTED",
        "actor_id": str(ME),
        "actor_name": None,
        "created_at": NOW.isoformat(),
        "read_at": None,
    }
    return row | given


def dead_letter(**given):
    row = {
        "event_id": str(uuid4()),
        "ticket_id": str(uuid4()),
        "seq": 3,
        "type": "TICKET_COMMENTED",
        "parked_at": NOW.isoformat(),
        "attempts": 8,
        "last_error": "notify_people: AppError",
    }
    return row | given


def test_notifications_are_listed_page_by_page_with_the_number_unread(rest):
    rows = [notification() for _ in range(3)]
    last = [NOW.isoformat(), rows[1]["id"]]
    rest.results["list_notifications"] = page(*rows[:2], following=last) | {"unread": 7}

    first = send(notifications, "GET", "/v1/notifications", query="limit=2&unread=true")
    query = f"cursor={first.json['next_cursor']}"
    send(notifications, "GET", "/v1/notifications", query=query)

    assert first.status == 200
    assert [item["id"] for item in first.json["items"]] == [
        row["id"] for row in rows[:2]
    ]
    assert first.json["unread"] == 7
    start, rest_of_it = rest.arguments("list_notifications")
    assert start == {"only_unread": True, "page_size": 2}
    assert rest_of_it["after"] == ["2026-11-23 09:00:00+00:00", rows[1]["id"]]


@pytest.mark.parametrize("reading", [{"ids": [ID]}, {"up_to": ID}])
def test_notifications_are_marked_read(rest, reading):
    rest.results["mark_notifications_read"] = {"unread": 4}

    path = "/v1/notifications/read"
    answer = send(notifications, "POST", path, reading, headers=KEY)

    assert (answer.status, answer.json) == (200, {"unread": 4})
    assert rest.arguments("mark_notifications_read") == [
        reading | {"idempotency_key": "k"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/notifications/read", {}),
        ("POST", "/v1/notifications/read", {"ids": []}),
        ("POST", "/v1/notifications/read", {"ids": [ID], "up_to": ID}),
        ("POST", "/v1/notifications/read", {"ids": [ID] * 101}),
        ("PUT", "/v1/notification-preferences", {"items": [PREFERENCE, PREFERENCE]}),
        ("PUT", "/v1/notification-preferences", {"items": [{"type": "EATEN"}]}),
        ("PUT", "/v1/notification-preferences", {}),
        ("PUT", "/v1/queues/support/notifications", {}),
        ("PUT", "/v1/queues/support/notifications", {"in_app": True}),
        ("PUT", "/v1/queues/support/notifications", {"in_app": 1, "email": 0}),
    ],
)
def test_an_invalid_request_never_reaches_the_database(rest, method, path, body):
    assert send(notifications, method, path, body).problem == "invalid"
    assert not rest.calls


def test_preferences_are_read_and_replaced(rest):
    functions = ["get_notification_preferences", "set_notification_preferences"]
    rest.results |= {name: [PREFERENCE] for name in functions}
    path = "/v1/notification-preferences"

    read = send(notifications, "GET", path)
    changed = send(notifications, "PUT", path, {"items": [PREFERENCE]})

    assert read.json == changed.json == {"items": [PREFERENCE], "next_cursor": None}
    assert rest.functions == functions
    assert rest.calls[1].arguments == {"preferences": [PREFERENCE]}


def test_members_say_whether_they_hear_of_new_tickets(rest):
    functions = ["get_queue_notifications", "set_queue_notifications"]
    wish = {"in_app": True, "email": False}
    rest.results |= dict.fromkeys(functions, wish)
    path = "/v1/queues/support/notifications"

    read = send(notifications, "GET", path)
    changed = send(notifications, "PUT", path, wish)

    assert read.json == changed.json == wish
    assert rest.functions == functions
    assert rest.calls[1].arguments == {"queue": "support", **wish}


def test_the_feed_goes_on_after_its_cursor(rest):
    row = event_row(turn=882, position=12)
    rest.results["list_events"] = {"items": [row], "cursor": PLACE}

    first = send(feed, "GET", "/v1/events", query="limit=1")
    cursor = first.json["next_cursor"]
    send(feed, "GET", "/v1/events", query=f"cursor={cursor}&start=now")

    assert first.json["items"][0]["id"] == row["id"]
    assert "turn" not in first.json["items"][0]
    assert rest.arguments("list_events") == [
        {"page_size": 1, "from_now": False},
        # Whoever has a cursor goes on from it.
        {"after": PLACE, "page_size": 50, "from_now": False},
    ]


def test_an_empty_page_of_the_feed_has_a_cursor_too(rest):
    rest.results["list_events"] = {"items": [], "cursor": PLACE}

    answer = send(feed, "GET", "/v1/events", query="start=now")

    assert answer.json == {
        "items": [],
        "next_cursor": encode_cursor([PLACE]),
    }
    assert rest.arguments("list_events")[0]["from_now"] is True


@pytest.mark.parametrize("cursor", ["x", encode_cursor(["a", 1]), encode_cursor([1])])
def test_a_cursor_of_another_list_is_refused(rest, cursor):
    answer = send(feed, "GET", "/v1/events", query=f"cursor={cursor}")

    assert (answer.status, answer.problem) == (400, "bad-cursor")
    assert not rest.calls


def test_dead_letters_are_listed_page_by_page(rest):
    row = dead_letter()
    following = [NOW.isoformat(), row["event_id"]]
    rest.results["list_dead_letters"] = page(row, following=following)

    first = send(dead_letters, "GET", "/v1/dead-letters", query="limit=1").json
    query = f"limit=1&cursor={first['next_cursor']}"
    send(dead_letters, "GET", "/v1/dead-letters", query=query)

    assert [item["event_id"] for item in first["items"]] == [row["event_id"]]
    assert rest.arguments("list_dead_letters") == [
        {"page_size": 1},
        {"page_size": 1, "after": ["2026-11-23 09:00:00+00:00", row["event_id"]]},
    ]


def test_a_dead_letter_is_retried(rest):
    rest.results["retry_dead_letter"] = {"event_id": ID, "due_at": NOW.isoformat()}

    answer = send(dead_letters, "POST", f"/v1/dead-letters/{ID}/retry", headers=KEY)

    assert answer.json["event_id"] == ID
    assert rest.arguments("retry_dead_letter") == [
        {"event": ID, "idempotency_key": "k"}
    ]


def test_dead_letters_need_a_permission(rest):
    rest.results["list_dead_letters"] = refusal(403, "denied")

    assert send(dead_letters, "GET", "/v1/dead-letters").problem == "denied"


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        (feed, "/v1/events"),
        (notifications, "/v1/notifications"),
        (dead_letters, "/v1/dead-letters"),
    ],
)
def test_a_request_without_a_token_is_unauthenticated(rest, handler, path):
    assert invoke(handler, http_event("GET", path)).problem == "unauthenticated"
    assert not rest.calls
