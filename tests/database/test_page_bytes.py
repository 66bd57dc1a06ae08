"""Pages end by bytes: every list can be sent and read to its end."""

import json

import pytest

from .acting import WORKER, Json
from .personas import id_of
from .webhooks import create_webhook

pytestmark = pytest.mark.slow

SENT_AT_MOST = 6 * 1024 * 1024  # by AWS Lambda
TEXTS = {
    "letters of four bytes": "\U0001f600" * 50_000,
    "control characters": "\1" * 49_999 + "x",  # with something to see
    "quotes": '"' * 50_000,
}
FIELDS = {"note": '"' * 8_000}  # 16,000 bytes as JSON
OTHER_FIELDS = {"note": "\\" * 8_000}


def sent_bytes(page):
    """Return the size of a page as a function sends it: a text within JSON."""
    body = json.dumps(page, ensure_ascii=False)
    return len(json.dumps({"body": body}, ensure_ascii=False).encode())


def read_all(db, who, function, cursor, size=100, **arguments):
    """Read a list to its end; return its items and how many pages they came on."""
    items, pages, after = [], 0, {}
    while True:
        page = db.call(who, function, page_size=size, **arguments, **after)
        assert sent_bytes(page) < SENT_AT_MOST
        items += page["items"]
        pages += 1
        if not page["next"]:
            return items, pages
        value = page["next"]
        after = {cursor: Json(value) if isinstance(value, list) else value}


@pytest.mark.parametrize("text", TEXTS)
def test_long_comments_are_read_to_the_end(db, text):
    ticket = db.create_ticket()
    for _ in range(36):
        db.comment("customer", ticket, TEXTS[text])

    items, pages = read_all(db, "agent", "list_comments", "after", ticket=ticket["id"])

    assert [each["position"] for each in items] == [*range(1, 38)]
    assert pages > 1


def change_fields(db, ticket, times):
    for n in range(times):
        db.call(
            "agent",
            "update_ticket",
            ticket=ticket["id"],
            changes={"data": FIELDS if n % 2 else OTHER_FIELDS},
        )


def test_long_events_are_read_to_the_end(db):
    ticket = db.create_ticket(data=FIELDS)
    change_fields(db, ticket, 120)

    items, pages = read_all(
        db, "customer", "list_ticket_events", "after", 1000, ticket=ticket["id"]
    )

    assert [each["seq"] for each in items] == [*range(1, 122)]
    assert pages > 1


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_long_events_of_the_feed_are_read_to_the_end(connect, who):
    db = connect()
    ticket = db.create_ticket(data=FIELDS)
    change_fields(db, ticket, 120)
    seqs, cursor, pages = [], None, 0
    while True:
        page = db.call(who, "list_events", after=cursor, page_size=1000)
        assert sent_bytes(page) < SENT_AT_MOST
        seqs += [event["seq"] for event in page["items"]]
        pages += 1
        if page["cursor"] == cursor:
            break
        cursor = page["cursor"]

    assert seqs == [*range(1, 122)]
    assert pages > 1


@pytest.mark.parametrize("text", TEXTS)
def test_a_ticket_with_long_comments_and_events_can_be_sent(db, text):
    ticket = db.create_ticket(data=FIELDS)
    for _ in range(36):
        db.comment("customer", ticket, TEXTS[text])
    change_fields(db, ticket, 120)

    shown = db.call(
        "agent",
        "get_ticket",
        ticket=ticket["id"],
        include=["comments", "events", "topics"],
    )

    assert sent_bytes(shown) < SENT_AT_MOST
    first = shown["comments"]["items"][-1]["position"]
    assert shown["comments"]["next"] == first > 1
    assert shown["events"]["next"] == shown["events"]["items"][-1]["seq"] > 1


LONGEST = {
    "subject": "\U0001f600" * 200,
    "tags": [str(n % 10) + "\U0001f600" * 48 + str(n // 10) for n in range(20)],
    "data": FIELDS,
}


@pytest.mark.parametrize("size", [100, 1000])
def test_long_tickets_are_read_to_the_end(db, size):
    for _ in range(110):
        db.create_ticket(**LONGEST)
    lists = {
        "list_my_tickets": ("customer", "after", {"sort": "updated"}),
        "list_queue": ("agent", "after", {"queue": "support"}),
    }

    for function, (who, cursor, arguments) in lists.items():
        items, pages = read_all(db, who, function, cursor, size, **arguments)
        assert len({each["id"] for each in items}) == len(items) == 110
        assert pages > 1


def test_long_deliveries_are_read_to_the_end(db):
    webhook = create_webhook(db)
    ticket = db.create_ticket(data=FIELDS)
    change_fields(db, ticket, 100)
    for event in db.events(ticket):
        db.call(WORKER, "create_webhook_deliveries", event=event["id"])

    items, pages = read_all(
        db, "admin", "list_webhook_deliveries", "before", webhook=webhook["id"]
    )

    assert len({each["id"] for each in items}) == len(items) == 101
    assert pages > 1


def test_notifications_of_the_longest_tickets_are_read_to_the_end(db):
    tickets = [db.create_ticket(**LONGEST) for _ in range(110)]
    db.execute("update public.people set name = repeat(%s, 120)", '"')
    for ticket in tickets:
        db.comment("agent", ticket)
        for event in db.events(ticket):
            db.call(WORKER, "notify_people", event=event["id"])

    items, pages = read_all(db, "customer", "list_notifications", "after")

    # A reply, and the status that it changed.
    assert len({each["id"] for each in items}) == len(items) == 220
    assert pages > 1
    assert {each["actor_id"] for each in items} == {str(id_of("agent"))}


def test_a_page_has_an_item_however_long_it_is(db):
    [page] = db.execute(
        "select to_json(page) from private.page_of("
        "array_fill(to_json(repeat('x', 5000000)), array[3]),"
        " array_fill('1'::jsonb, array[3]), 50) as page"
    )

    assert (len(page[0]["items"]), page[0]["next"]) == (1, 1)
