"""Bringing back what was missed."""

from uuid import uuid4

import pytest

from functions.relay_missed_events import app
from functions.relay_missed_events.use_case import PLENTY, Relay
from shared.core.errors import Unavailable
from shared.outbox import EventMessage
from tests.events import context
from tests.fakes import FakeOutbox, FakeQueue


def message():
    return EventMessage(event_id=uuid4())


@pytest.fixture
def outbox():
    return FakeOutbox()


@pytest.fixture
def queue():
    return FakeQueue()


def test_what_is_due_is_enqueued_batch_by_batch(outbox, queue):
    outbox.missed = [[message(), message()], [message()]]

    relayed = Relay(outbox, queue).run(lambda: 40_000)

    assert relayed == 3
    assert len(queue.sent) == 3


def test_it_stops_before_time_is_out(outbox, queue):
    outbox.missed = [[message()], [message()], [message()]]
    left = iter([40_000, 20_000, 14_000])

    assert Relay(outbox, queue).run(lambda: next(left)) == 2
    assert len(outbox.missed) == 1


def test_nothing_is_missed_while_the_workers_are_behind(outbox, queue):
    backlog = [message()] * PLENTY
    queue.sent = list(backlog)
    outbox.missed = [[message()]]

    assert Relay(outbox, queue).run(lambda: 40_000) == 0
    assert queue.sent == backlog
    assert len(outbox.missed) == 1


def test_it_enqueues_no_more_than_there_is_room_for(outbox, queue):
    outbox.missed = [[message()] * 100 for _ in range(20)]

    assert Relay(outbox, queue).run(lambda: 40_000) == PLENTY


def test_a_queue_that_is_down_fails_the_run(outbox, queue):
    outbox.missed = [[message()]]
    queue.broken = Unavailable()

    with pytest.raises(Unavailable):
        Relay(outbox, queue).run(lambda: 40_000)


def test_it_says_how_many(outbox, queue, monkeypatch):
    outbox.missed = [[message()]]
    monkeypatch.setattr(app, "get_relay", lambda: Relay(outbox, queue))

    assert app.handler({}, context(milliseconds=40_000)) == {"relayed": 1}
