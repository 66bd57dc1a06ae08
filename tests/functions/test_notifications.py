"""Notifications, the feed and parked events, each function as Lambda runs it."""

from uuid import uuid4

import pytest

from functions.list_events.app import handler as feed
from functions.manage_dead_letters.app import handler as parked
from functions.manage_notifications.app import handler as notifications
from shared.core.types import encode_cursor
from tests.builders import ME, NOW, event_row
from tests.events import SIGNED_IN, http_event, invoke
from tests.fakes.postgrest import serving

ID = "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11"
PREFERENCE = {"type": "TICKET_COMMENTED", "in_app": True, "email": False}


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
    return invoke(handler, http_event(method, path, body, SIGNED_IN | headers, query))


def notification(**given):
    told = {
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
    return told | given


def parked_event(**given):
    told = {
        "event_id": str(uuid4()),
        "ticket_id": str(uuid4()),
        "seq": 3,
        "type": "TICKET_COMMENTED",
        "parked_at": NOW.isoformat(),
        "attempts": 8,
        "last_error": "notify_people: AppError",
    }
    return told | given


def test_notifications_come_page_by_page_with_the_number_unread(rest):
    rows = [notification() for _ in range(3)]
    rest.answers = [(200, {"items": rows, "unread": 7})]

    first = send(notifications, "GET", "/v1/notifications", query="limit=2&unread=true")
    query = f"cursor={first.json['next_cursor']}"
    send(notifications, "GET", "/v1/notifications", query=query)

    assert first.status == 200
    assert [item["id"] for item in first.json["items"]] == [
        row["id"] for row in rows[:2]
    ]
    assert first.json["unread"] == 7
    assert rest.asked[0].arguments == {"only_unread": True, "page_size": 3}
    assert rest.asked[1].arguments["after"] == [
        "2026-11-23 09:00:00+00:00",
        rows[1]["id"],
    ]


@pytest.mark.parametrize("reading", [{"ids": [ID]}, {"up_to": ID}])
def test_reading_is_told_once_a_key(rest, reading):
    rest.answers = [(200, {"unread": 4})]

    path, key = "/v1/notifications/read", {"idempotency-key": "k"}
    answer = send(notifications, "POST", path, reading, **key)

    assert (answer.status, answer.json) == (200, {"unread": 4})
    [asked] = rest.asked
    assert asked.function == "mark_notifications_read"
    assert asked.arguments == reading | {"idempotency_key": "k"}


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
    ],
)
def test_what_makes_no_sense_is_refused_before_the_database(rest, method, path, body):
    assert send(notifications, method, path, body).problem == "invalid"
    assert not rest.asked


def test_preferences_are_read_and_replaced(rest):
    rest.answers = [(200, [PREFERENCE])]
    path = "/v1/notification-preferences"

    told = send(notifications, "GET", path)
    changed = send(notifications, "PUT", path, {"items": [PREFERENCE]})

    assert told.json == changed.json == {"items": [PREFERENCE], "next_cursor": None}
    assert rest.asked[1].function == "set_notification_preferences"
    assert rest.asked[1].arguments == {"preferences": [PREFERENCE]}


def test_the_feed_goes_on_from_where_it_was(rest):
    row = event_row(turn=882, position=12)
    rest.answers = [(200, {"items": [row], "cursor": [882, 12]})]

    first = send(feed, "GET", "/v1/events", query="limit=1")
    cursor = first.json["next_cursor"]
    send(feed, "GET", "/v1/events", query=f"cursor={cursor}&start=now")

    assert first.json["items"][0]["id"] == row["id"]
    assert "turn" not in first.json["items"][0]
    assert rest.asked[0].arguments == {"page_size": 1, "from_now": False}
    assert rest.asked[1].arguments == {
        "after": [882, 12],
        "page_size": 50,
        "from_now": False,  # whoever has a cursor goes on from it
    }


def test_an_empty_page_of_the_feed_has_a_cursor_too(rest):
    rest.answers = [(200, {"items": [], "cursor": [882, 2**63 - 1]})]

    answer = send(feed, "GET", "/v1/events", query="start=now")

    assert answer.json == {
        "items": [],
        "next_cursor": encode_cursor([882, 2**63 - 1]),
    }
    assert rest.asked[0].arguments["from_now"] is True


@pytest.mark.parametrize("cursor", ["x", encode_cursor(["a", 1]), encode_cursor([1])])
def test_a_cursor_of_something_else_is_refused(rest, cursor):
    answer = send(feed, "GET", "/v1/events", query=f"cursor={cursor}")

    assert (answer.status, answer.problem) == (400, "bad-cursor")
    assert not rest.asked


def test_parked_events_are_listed_and_tried_again(rest):
    rows = [parked_event() for _ in range(2)]
    retry = {"event_id": ID, "due_at": NOW.isoformat()}
    rest.answers = [(200, rows), (200, retry)]

    page = send(parked, "GET", "/v1/dead-letters", query="limit=1")
    key = {"idempotency-key": "k"}
    answer = send(parked, "POST", f"/v1/dead-letters/{ID}/retry", **key)

    assert [item["event_id"] for item in page.json["items"]] == [rows[0]["event_id"]]
    assert page.json["next_cursor"]
    assert answer.json["event_id"] == ID
    assert rest.asked[1].function == "retry_dead_letter"
    assert rest.asked[1].arguments == {"event": ID, "idempotency_key": "k"}


def test_who_may_not_keep_parked_events_is_told(rest):
    rest.reports(403, "PT403", "denied", "This needs the permission events.manage.")

    assert send(parked, "GET", "/v1/dead-letters").problem == "denied"


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        (feed, "/v1/events"),
        (notifications, "/v1/notifications"),
        (parked, "/v1/dead-letters"),
    ],
)
def test_somebody_who_did_not_sign_in_is_told_so(rest, handler, path):
    assert invoke(handler, http_event("GET", path)).problem == "unauthenticated"
    assert not rest.asked
