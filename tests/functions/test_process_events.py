"""Reacting to events: each reaction once, whatever is delivered twice or fails."""

import json
from uuid import UUID, uuid4

import pytest

from functions.process_events import app
from functions.process_events.use_case import EventProcess
from shared.core.errors import Unavailable
from shared.core.observability import correlation_id
from shared.outbox import EventMessage
from shared.reactions import (
    AssignWork,
    FillWebhooks,
    MeasureTickets,
    NotifyPeople,
    PublishToBus,
    RefreshQueueStatus,
    reaction_table,
)
from tests.builders import ME, event
from tests.events import context, sqs_record
from tests.fakes import FakeAssigner, FakeBus, FakeOutbox


def message(event):
    named = EventMessage(event_id=event.id, correlation_id=event.correlation_id)
    return named.model_dump_json()


class Desk:
    """Everything a process touches."""

    def __init__(self) -> None:
        self.outbox = FakeOutbox()
        self.bus = FakeBus()
        self.assigner = FakeAssigner()
        self.triggers = 0
        self.scopes = []
        self.refreshed: list[UUID] = []
        self.seconds: float | None = None
        self.deferred: list[int] = []
        table = reaction_table(
            RefreshQueueStatus(self, self.deferred.append),
            NotifyPeople(self.outbox),
            FillWebhooks(self.outbox, self._trigger),
            MeasureTickets(self.outbox),
            PublishToBus(self.bus, self.outbox),
            work=[AssignWork(self.assigner)],
        )
        self.process = EventProcess(self.outbox, table)

    def _trigger(self) -> None:
        self.triggers += 1
        self.scopes.append(correlation_id())

    def refresh(self, event_id: UUID) -> float | None:
        self.refreshed.append(event_id)
        return self.seconds

    def happen(self, kind="TICKET_STATUS_CHANGED", **facts):
        happened = event(kind, id=str(uuid4()), **facts)
        self.outbox.add(happened)
        return happened


@pytest.fixture
def desk():
    return Desk()


def test_every_reaction_happens_and_the_event_is_pending_no_longer(desk):
    happened = desk.happen()

    desk.process.run(happened.id)

    assert desk.outbox.reactions[happened.id] == [
        "notify_people",
        "fill_webhooks",
        "publish_to_bus",
    ]
    assert desk.bus.published == [happened]
    assert desk.triggers == 1
    assert not desk.outbox.pending


def test_a_second_delivery_changes_nothing(desk):
    happened = desk.happen()
    desk.process.run(happened.id)

    desk.process.run(happened.id)

    assert len(desk.bus.published) == 1
    assert desk.triggers == 1


def status(category):
    return {"status": category, "category": category}


@pytest.mark.parametrize(
    ("kind", "facts", "follows"),
    [
        ("TICKET_CREATED", {}, True),
        ("TICKET_UPDATED", {}, True),
        ("TICKET_COMMENTED", {}, False),
        ("TICKET_ASSIGNED", {}, False),  # somebody took it
        ("TICKET_ASSIGNED", {"before": {"assignee_id": str(ME)}}, True),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("new"), "after": status("open")},
            False,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("open"), "after": status("pending")},
            True,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("pending"), "after": status("solved")},
            False,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("solved"), "after": status("open")},
            True,
        ),
    ],
)
def test_work_is_given_when_a_ticket_is_free_or_somebody_has_room(
    desk, kind, facts, follows
):
    happened = desk.happen(kind, **facts)

    desk.process.run(happened.id)

    assert desk.assigner.followed == [happened.id] * follows
    assert not desk.outbox.pending


def test_people_are_told_although_no_work_can_be_given(desk):
    happened = desk.happen("TICKET_CREATED")
    desk.assigner.broken = ValueError()

    desk.process.run(happened.id)

    assert desk.outbox.failures[happened.id] == ["assign_work: ValueError"]
    assert desk.bus.published == [happened]


def test_after_a_crash_only_what_is_missing_happens(desk):
    happened = desk.happen()
    desk.outbox.notify_people(happened.id)
    desk.outbox.create_webhook_deliveries(happened.id)

    desk.process.run(happened.id)

    assert desk.triggers == 0
    assert len(desk.bus.published) == 1
    assert not desk.outbox.pending


@pytest.mark.parametrize(("seconds", "deferred"), [(None, []), (0.4, [1])])
def test_how_the_queue_stands_is_told_now_or_promised(desk, seconds, deferred):
    desk.seconds = seconds
    happened = desk.happen()

    desk.process.run(happened.id)

    assert desk.refreshed == [happened.id]
    assert desk.deferred == deferred


def test_a_note_says_nothing_new_of_a_queue(desk):
    desk.process.run(desk.happen(is_internal=True).id)

    assert desk.refreshed == []


def test_a_failing_reaction_puts_the_event_off_and_names_no_words(desk):
    happened = desk.happen()
    desk.bus.broken = ValueError("about ida@example.com")

    desk.process.run(happened.id)

    assert desk.outbox.failures[happened.id] == ["publish_to_bus: ValueError"]
    assert happened.id in desk.outbox.pending


def test_an_outage_is_the_queues_to_retry(desk):
    happened = desk.happen()
    desk.bus.broken = Unavailable()

    with pytest.raises(Unavailable):
        desk.process.run(happened.id)

    assert happened.id in desk.outbox.pending
    assert not desk.outbox.failures


def metrics_in(capsys):
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in told if "_aws" in line]


def test_a_new_ticket_is_counted_once(desk, capsys):
    happened = desk.happen("TICKET_CREATED", correlation_id="JKJaXmPLvHcESHA=")
    desk.process.take(message(happened))
    desk.process.take(message(happened))

    [counted] = metrics_in(capsys)
    assert counted["TicketsCreated"] == [1.0]
    assert counted["correlation_id"] == "JKJaXmPLvHcESHA="


def test_the_first_reply_tells_how_long_the_ticket_waited(desk, capsys):
    desk.outbox.waited = 90.5

    desk.process.run(desk.happen("TICKET_COMMENTED").id)
    desk.process.run(desk.happen("TICKET_STATUS_CHANGED").id)

    [waited] = metrics_in(capsys)
    assert waited["FirstReply"] == [90.5]


def test_what_is_logged_carries_the_correlation_id_of_the_event(desk, capsys):
    happened = desk.happen(correlation_id="JKJaXmPLvHcESHA=")
    follow_up = desk.happen()

    desk.process.take(message(happened))
    desk.process.take(message(follow_up))

    assert desk.scopes == ["JKJaXmPLvHcESHA=", None]


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
        sqs_record(body, name)
        for name, body in [
            ("good", message(good)),
            ("bad", message(bad)),
            ("odd", json.dumps({"event": "TICKET_EATEN"})),
        ]
    ]

    told = app.handler({"Records": records}, context())

    failed = [item["itemIdentifier"] for item in told["batchItemFailures"]]
    assert failed == ["bad", "odd"]
    assert good.id not in desk.outbox.pending
