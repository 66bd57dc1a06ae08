"""Parked events: tried again once a key."""

from uuid import uuid4

import pytest

from .desk import WORKER, refused

pytestmark = pytest.mark.slow


@pytest.fixture
def parked(desk):
    """The id of an event that was put aside."""
    desk.ticket()
    event = desk.one("select event_id from private.outbox")
    assert desk.call(WORKER, "fail_event", event=event, error="no", max_attempts=1)
    return event


def test_a_retry_sent_again_gets_the_first_answer(desk, parked):
    asked = {"event": parked, "idempotency_key": "k"}

    first = desk.call("admin", "retry_dead_letter", **asked)
    again = desk.call("admin", "retry_dead_letter", **asked)

    assert first == again
    assert first["event_id"] == str(parked)
    with refused("PT404"):
        desk.call("admin", "retry_dead_letter", event=parked)


def test_a_key_goes_with_one_event(desk, parked):
    desk.call("admin", "retry_dead_letter", event=parked, idempotency_key="k")

    with refused("PT422", "idempotency-key-reused"):
        desk.call("admin", "retry_dead_letter", event=uuid4(), idempotency_key="k")


@pytest.mark.parametrize("who", ["customer", "agent", "lead"])
def test_it_takes_the_permission(desk, parked, who):
    with refused("PT403"):
        desk.call(who, "retry_dead_letter", event=parked)
