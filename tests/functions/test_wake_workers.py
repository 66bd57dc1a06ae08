"""The clock: whoever has work is woken, and nobody else."""

import json

import pytest
from pydantic import ValidationError

from functions.wake_workers import app
from functions.wake_workers.use_case import Clock
from shared.aws import start
from shared.clock import Chore, DueChores, gathering, open_waker
from shared.errors import Unavailable
from shared.settings import WorkerFunctions
from tests.events import context
from tests.fakes import FakeDatabase


class Lambda:
    """Notes what was started; those named cannot be."""

    def __init__(self, *away):
        self.away = away
        self.started = []

    def start(self, chore, event):
        if chore in self.away:
            raise Unavailable
        self.started.append((chore, event))


def clock(cloud, *found):
    chores = DueChores(FakeDatabase({"due_jobs": list(found)}))
    return Clock(chores, cloud.start)


@pytest.fixture
def handle(monkeypatch):
    """Run the handler over a cloud; all there is to do is mail."""

    def handle(cloud, event):
        monkeypatch.setattr(app, "get_clock", lambda: clock(cloud, "emails"))
        return app.handler(event, context())

    return handle


def messages(*bodies):
    return {"Records": [{"body": body} for body in bodies]}


def test_on_the_minute_whoever_has_work_is_started(handle):
    cloud = Lambda()

    assert handle(cloud, {}) == {"woken": ["emails"]}
    assert cloud.started == [(Chore.EMAILS, {})]


def test_in_between_whoever_is_asked_for_is_woken_once(handle):
    cloud = Lambda()
    asked = messages(*['{"chore": "webhooks"}'] * 3, '{"chore": "queue_statuses"}')

    assert handle(cloud, asked) == {"woken": ["webhooks", "queue_statuses"]}
    assert cloud.started == [
        (Chore.WEBHOOKS, {"woken": True}),
        (Chore.QUEUE_STATUSES, {"woken": True}),
    ]


def test_a_message_that_is_none_is_given_up_by_the_queue(handle):
    with pytest.raises(ValidationError):
        handle(Lambda(), messages("{}"))


def test_while_there_is_nothing_to_do_nobody_is_started():
    cloud = Lambda()

    assert clock(cloud).strike() == []
    assert cloud.started == []


def test_a_chore_of_a_newer_release_is_left_alone():
    cloud = Lambda()

    assert clock(cloud, "moonwalks", "emails").strike() == ["emails"]
    assert clock(cloud).wake(["moonwalks"]) == []


def test_one_that_cannot_be_started_keeps_no_other_asleep():
    cloud = Lambda(Chore.EMAILS)

    with pytest.raises(Unavailable):
        clock(cloud, "emails", "webhooks").strike()

    assert cloud.started == [(Chore.WEBHOOKS, {})]


def test_every_chore_has_a_worker_in_the_settings():
    assert set(WorkerFunctions.model_fields) == set(Chore)


class Client:
    """boto3's, as far as it is used; notes what it was asked."""

    def __init__(self):
        self.asked = {}

    def __getattr__(self, verb):
        return lambda **given: self.asked.update({verb: given})


def test_a_wake_up_says_what_to_do_and_may_wait(monkeypatch):
    sqs = Client()
    monkeypatch.setattr("shared.aws.queue.client", lambda _: sqs)
    monkeypatch.setenv("WAKE_QUEUE_URL", "http://127.0.0.1:9/wake")

    open_waker().wake(Chore.WEBHOOKS, 5)

    sent = sqs.asked["send_message"]
    assert json.loads(sent["MessageBody"]) == {"chore": "webhooks"}
    assert (sent["QueueUrl"], sent["DelaySeconds"]) == ("http://127.0.0.1:9/wake", 5)


@pytest.fixture
def sent(monkeypatch):
    """What goes to queue "q"."""
    messages = []
    monkeypatch.setattr(
        "shared.clock.waking.send_message", lambda *given: messages.append(given)
    )
    monkeypatch.setenv("WAKE_QUEUE_URL", "q")
    return messages


def test_of_many_wake_ups_one_goes_out_by_when_all_are_due(sent):
    waker = open_waker()

    with gathering():
        for seconds in (1, 0, 2):
            waker.wake(Chore.QUEUE_STATUSES, seconds)
            waker.wake(Chore.WEBHOOKS)
        assert sent == []

    assert sent == [
        ("q", '{"chore":"queue_statuses"}', 2),
        ("q", '{"chore":"webhooks"}', 0),
    ]
    waker.wake(Chore.WEBHOOKS)
    assert len(sent) == 3


def test_what_was_gathered_goes_out_when_the_block_fails(sent):
    def fail():
        with gathering():
            open_waker().wake(Chore.WEBHOOKS)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(sent) == 1


def test_a_worker_is_started_without_waiting_for_its_answer(monkeypatch):
    cloud = Client()
    monkeypatch.setattr("shared.aws.workers.client", lambda _: cloud)

    start("arn:aws:lambda:x:1:function:Deliver:live", {"woken": True})

    asked = cloud.asked["invoke"]
    assert asked["InvocationType"] == "Event"
    assert json.loads(asked["Payload"]) == {"woken": True}
