"""Reacting to events: each reaction once, whatever is delivered twice or fails."""

import json
from uuid import UUID, uuid4

import pytest

from functions.process_events import app
from functions.process_events.use_case import EventProcess
from shared.errors import Unavailable
from shared.reactions import (
    FillWebhooks,
    NotifyPeople,
    PublishToBus,
    RefreshQueueStatus,
    reaction_table,
)
from tests.builders import event
from tests.events import context
from tests.fakes import FakeBus, FakeOutbox


class Desk:
    """Everything a process touches."""

    def __init__(self) -> None:
        self.outbox = FakeOutbox()
        self.bus = FakeBus()
        self.wakes = 0
        self.refreshed: list[UUID] = []
        self.seconds: float | None = None
        self.promises: list[int] = []
        table = reaction_table(
            RefreshQueueStatus(self, self.promises.append),
            NotifyPeople(self.outbox),
            FillWebhooks(self.outbox, self._wake),
            PublishToBus(self.bus, self.outbox),
        )
        self.process = EventProcess(self.outbox, table)

    def _wake(self) -> None:
        self.wakes += 1

    def refresh(self, event_id: UUID) -> float | None:
        self.refreshed.append(event_id)
        return self.seconds

    def happen(self, **given):
        happened = event(id=str(uuid4()), **given)
        self.outbox.owe(happened)
        return happened


@pytest.fixture
def desk():
    return Desk()


def test_every_reaction_happens_and_the_event_is_owed_no_longer(desk):
    happened = desk.happen()

    desk.process.run(happened.id)

    assert desk.outbox.reactions[happened.id] == [
        "notify_people",
        "fill_webhooks",
        "publish_to_bus",
    ]
    assert desk.bus.published == [happened]
    assert desk.wakes == 1
    assert not desk.outbox.owed


def test_a_second_delivery_changes_nothing(desk):
    happened = desk.happen()
    desk.process.run(happened.id)

    desk.process.run(happened.id)

    assert len(desk.bus.published) == 1
    assert desk.wakes == 1


def test_after_a_crash_only_what_is_missing_happens(desk):
    happened = desk.happen()
    desk.outbox.notify_people(happened.id)
    desk.outbox.fill_webhook_deliveries(happened.id)

    desk.process.run(happened.id)

    assert desk.wakes == 0
    assert len(desk.bus.published) == 1
    assert not desk.outbox.owed


@pytest.mark.parametrize(("seconds", "promises"), [(None, []), (0.4, [1])])
def test_how_the_queue_stands_is_told_now_or_promised(desk, seconds, promises):
    desk.seconds = seconds
    happened = desk.happen()

    desk.process.run(happened.id)

    assert desk.refreshed == [happened.id]
    assert desk.promises == promises


def test_a_note_says_nothing_new_of_a_queue(desk):
    desk.process.run(desk.happen(is_internal=True).id)

    assert desk.refreshed == []


def test_a_failing_reaction_puts_the_event_off_and_names_no_words(desk):
    happened = desk.happen()
    desk.bus.broken = ValueError("about ida@example.com")

    desk.process.run(happened.id)

    assert desk.outbox.failures[happened.id] == ["publish_to_bus: ValueError"]
    assert happened.id in desk.outbox.owed


def test_an_outage_is_the_queues_to_retry(desk):
    happened = desk.happen()
    desk.bus.broken = Unavailable()

    with pytest.raises(Unavailable):
        desk.process.run(happened.id)

    assert happened.id in desk.outbox.owed
    assert not desk.outbox.failures


def test_only_the_messages_that_failed_come_back(desk, monkeypatch):
    good, bad = desk.happen(), desk.happen()
    real = desk.outbox.read

    def read(event_id):
        if event_id == bad.id:
            raise Unavailable
        return real(event_id)

    desk.outbox.read = read
    monkeypatch.setattr(app, "get_process", lambda: desk.process)
    records = [
        {
            "messageId": name,
            "body": body,
            "receiptHandle": name,
            "attributes": {},
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:EventQueue",
            "awsRegion": "eu-west-1",
        }
        for name, body in [
            ("good", good.model_dump_json()),
            ("bad", bad.model_dump_json()),
            ("odd", json.dumps({"type": "TICKET_EATEN"})),
        ]
    ]

    told = app.handler({"Records": records}, context())

    failed = [item["itemIdentifier"] for item in told["batchItemFailures"]]
    assert failed == ["bad", "odd"]
    assert good.id not in desk.outbox.owed
