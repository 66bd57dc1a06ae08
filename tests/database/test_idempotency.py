"""Idempotency keys: a request sent twice is carried out once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .acting import refused

pytestmark = pytest.mark.slow

KEY = {"idempotency_key": "a-key"}


def count(db, table="public.tickets"):
    return db.scalar(f"select count(*) from {table}")  # noqa: S608


def test_repeated_requests_get_the_first_response(db):
    first = db.create_ticket(**KEY)
    db.set_status(first, "open")

    again = db.create_ticket(**KEY)

    assert again == first
    assert count(db) == 1


def test_requests_without_a_key_are_not_deduplicated(db):
    db.create_ticket()
    db.create_ticket()

    assert count(db) == 2


@pytest.mark.parametrize(
    "other",
    [{"subject": "Other"}, {"body": "Other."}, {"priority": "low"}, {"tags": ["t"]},
     {"queue": "billing"}, {"tags": ["other"]}, {"data": {"other": 1}}],
)  # fmt: skip
def test_another_request_with_the_same_key_is_refused(db, other):
    db.create_ticket(**KEY)

    with refused("PT422", "idempotency-key-reused"):
        db.create_ticket(**KEY, **other)


def test_the_same_fields_in_another_order_are_the_same_request(db):
    first = db.create_ticket(**KEY, data={"a": 1, "b": 2})

    assert db.create_ticket(**KEY, data={"b": 2, "a": 1}) == first


def test_keys_are_separate_for_each_person(db):
    mine = db.create_ticket(**KEY)

    theirs = db.create_ticket("stranger", **KEY)

    assert mine["id"] != theirs["id"]


def test_keys_are_refused_for_another_command(db):
    ticket = db.create_ticket(**KEY)

    with refused("PT422", "idempotency-key-reused"):
        db.comment("customer", ticket, **KEY)


@pytest.mark.parametrize("category", ["open", "pending", "closed"])
def test_repeated_replies_are_stored_once(db, category):
    ticket = db.create_ticket_in(category)

    first = db.comment("customer", ticket, **KEY)
    events = count(db, "public.ticket_events")
    again = db.comment("customer", ticket, **KEY)

    assert again == first
    assert count(db, "public.ticket_events") == events


@pytest.mark.parametrize("other", [{"body": "Other."}, {"visibility": "internal"}])
def test_another_reply_with_the_same_key_is_refused(db, other):
    ticket = db.create_ticket()
    db.comment("agent", ticket, **KEY)

    with refused("PT422", "idempotency-key-reused"):
        db.comment("agent", ticket, **KEY, **other)


def test_number_and_id_are_the_same_request(db):
    ticket = db.create_ticket()
    first = db.comment("agent", ticket, **KEY)

    again = db.comment("agent", {"id": str(ticket["number"])}, **KEY)

    assert again == first


def test_failed_requests_free_their_key(db):
    with refused("PT422", "unknown-queue"):
        db.create_ticket(**KEY, queue="nope")

    assert db.create_ticket(**KEY)["version"] == 1


def test_keys_expire_after_a_day(db):
    first = db.create_ticket(**KEY)
    age = "update private.idempotency_keys set created_at = now() - %s::interval"

    db.execute(age, "23:59:59")
    kept = db.create_ticket(**KEY)
    db.execute(age, "24:00:01")
    new = db.create_ticket(**KEY, subject="Other")

    assert kept == first
    assert new["id"] != first["id"]


def test_expired_keys_of_others_are_deleted(db):
    for number in range(30):
        db.create_ticket("stranger", idempotency_key=f"key-{number}")
    db.execute(
        "update private.idempotency_keys set created_at = now() - interval '2 days'"
    )

    db.create_ticket(idempotency_key="one")
    left = count(db, "private.idempotency_keys")
    db.create_ticket(idempotency_key="two")

    assert left == 11
    assert count(db, "private.idempotency_keys") == 2


def test_concurrent_duplicates_wait_for_the_first_response(connect):
    first, second, watch = connect(), connect(), connect()

    with first.blocking(second.create_ticket, **KEY) as late:
        ticket = first.create_ticket(**KEY)
    assert late.result(30) == ticket

    assert count(watch) == 1


def test_concurrent_duplicates_go_on_after_a_rollback(connect):
    first, second, watch = connect(), connect(), connect()

    with first.blocking(second.create_ticket, **KEY, rollback=True) as late:
        ticket = first.create_ticket(**KEY)
    assert late.result(30)["id"] != ticket["id"]

    assert count(watch) == 1


def test_of_many_concurrent_duplicates_one_is_carried_out(connect):
    connections = [connect() for _ in range(8)]

    with ThreadPoolExecutor(len(connections)) as pool:
        tickets = list(pool.map(lambda db: db.create_ticket(**KEY), connections))

    assert len({ticket["id"] for ticket in tickets}) == 1
    assert count(connections[0]) == 1


def test_expired_keys_are_claimed_once_by_concurrent_requests(connect):
    connections = [connect() for _ in range(4)]
    connections[0].create_ticket(**KEY)
    connections[0].execute(
        "update private.idempotency_keys set created_at = now() - interval '2 days'"
    )

    with ThreadPoolExecutor(len(connections)) as pool:
        tickets = list(pool.map(lambda db: db.create_ticket(**KEY), connections))

    assert len({ticket["id"] for ticket in tickets}) == 1
    assert count(connections[0]) == 2
