"""Dead letters: retried once a key."""

from uuid import uuid4

import pytest

from .acting import WORKER, refused

pytestmark = pytest.mark.slow


@pytest.fixture
def dead_letter(db):
    """The id of an event that was given up."""
    db.create_ticket()
    event = db.scalar("select event_id from private.outbox")
    assert db.call(WORKER, "fail_event", event=event, error="no", max_attempts=1)
    return event


def test_retries_are_idempotent(db, dead_letter):
    arguments = {"event": dead_letter, "idempotency_key": "k"}

    first = db.call("admin", "retry_dead_letter", **arguments)
    again = db.call("admin", "retry_dead_letter", **arguments)

    assert first == again
    assert first["event_id"] == str(dead_letter)
    with refused("PT404"):
        db.call("admin", "retry_dead_letter", event=dead_letter)


def test_keys_belong_to_one_event(db, dead_letter):
    db.call("admin", "retry_dead_letter", event=dead_letter, idempotency_key="k")

    with refused("PT422", "idempotency-key-reused"):
        db.call("admin", "retry_dead_letter", event=uuid4(), idempotency_key="k")


@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_retries_need_the_permission(db, dead_letter, who):
    with refused("PT403"):
        db.call(who, "retry_dead_letter", event=dead_letter)
