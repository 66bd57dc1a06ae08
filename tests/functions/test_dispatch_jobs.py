"""The dispatcher: the workers of due jobs are started, and nobody else's."""

import json

import pytest
from pydantic import ValidationError

from functions.dispatch_jobs import app
from functions.dispatch_jobs.use_case import Dispatcher
from shared.core.errors import Unavailable
from shared.core.jobs import (
    DueJobRepository,
    Job,
    coalesced_triggers,
    invoke,
    open_job_trigger,
)
from shared.core.settings import WorkerFunctions
from tests.events import context
from tests.fakes import FakeDatabase


class Lambda:
    """Notes what was started; those named cannot be."""

    def __init__(self, *away):
        self.away = away
        self.started = []

    def start(self, job, event):
        if job in self.away:
            raise Unavailable
        self.started.append((job, event))


def dispatcher(cloud, *found):
    jobs = DueJobRepository(FakeDatabase({"due_jobs": list(found)}))
    return Dispatcher(jobs, cloud.start)


@pytest.fixture
def handle(monkeypatch):
    """Run the handler over a cloud; all there is to do is mail."""

    def handle(cloud, event):
        monkeypatch.setattr(app, "get_dispatcher", lambda: dispatcher(cloud, "emails"))
        return app.handler(event, context())

    return handle


def messages(*bodies):
    return {"Records": [{"body": body} for body in bodies]}


def test_on_the_minute_whoever_has_work_is_started(handle):
    cloud = Lambda()

    assert handle(cloud, {}) == {"started": ["emails"]}
    assert cloud.started == [(Job.EMAILS, {})]


def test_in_between_a_triggered_job_is_started_once(handle):
    cloud = Lambda()
    asked = messages(*['{"job": "webhooks"}'] * 3, '{"job": "queue_statuses"}')

    assert handle(cloud, asked) == {"started": ["webhooks", "queue_statuses"]}
    assert cloud.started == [
        (Job.WEBHOOKS, {"triggered": True}),
        (Job.QUEUE_STATUSES, {"triggered": True}),
    ]


def test_a_message_that_is_none_is_given_up_by_the_queue(handle):
    with pytest.raises(ValidationError):
        handle(Lambda(), messages("{}"))


def test_while_there_is_nothing_to_do_nobody_is_started():
    cloud = Lambda()

    assert dispatcher(cloud).dispatch_due() == []
    assert cloud.started == []


def test_a_job_of_a_newer_release_is_left_alone():
    cloud = Lambda()

    assert dispatcher(cloud, "moonwalks", "emails").dispatch_due() == ["emails"]
    assert dispatcher(cloud).dispatch_triggered(["moonwalks"]) == []


def test_one_that_cannot_be_started_holds_up_no_other():
    cloud = Lambda(Job.EMAILS)

    with pytest.raises(Unavailable):
        dispatcher(cloud, "emails", "webhooks").dispatch_due()

    assert cloud.started == [(Job.WEBHOOKS, {})]


def test_every_job_has_a_worker_in_the_settings():
    assert set(WorkerFunctions.model_fields) == set(Job)


class Client:
    """boto3's, as far as it is used; notes what it was asked."""

    def __init__(self):
        self.asked = {}

    def __getattr__(self, verb):
        return lambda **given: self.asked.update({verb: given})


def test_a_trigger_names_the_job_and_may_wait(monkeypatch):
    sqs = Client()
    monkeypatch.setattr("shared.core.aws.queue.client", lambda _: sqs)
    monkeypatch.setenv("JOB_QUEUE_URL", "http://127.0.0.1:9/jobs")

    open_job_trigger().trigger(Job.WEBHOOKS, 5)

    sent = sqs.asked["send_message"]
    assert json.loads(sent["MessageBody"]) == {"job": "webhooks"}
    assert (sent["QueueUrl"], sent["DelaySeconds"]) == ("http://127.0.0.1:9/jobs", 5)


@pytest.fixture
def sent(monkeypatch):
    """What goes to queue "q"."""
    messages = []
    monkeypatch.setattr(
        "shared.core.jobs.queue.send_message", lambda *given: messages.append(given)
    )
    monkeypatch.setenv("JOB_QUEUE_URL", "q")
    return messages


def test_of_many_triggers_one_goes_out_by_when_all_are_due(sent):
    trigger = open_job_trigger()

    with coalesced_triggers():
        for seconds in (1, 0, 2):
            trigger.trigger(Job.QUEUE_STATUSES, seconds)
            trigger.trigger(Job.WEBHOOKS)
        assert sent == []

    assert sent == [
        ("q", '{"job":"queue_statuses"}', 2),
        ("q", '{"job":"webhooks"}', 0),
    ]
    trigger.trigger(Job.WEBHOOKS)
    assert len(sent) == 3


def test_what_was_coalesced_goes_out_when_the_block_fails(sent):
    def fail():
        with coalesced_triggers():
            open_job_trigger().trigger(Job.WEBHOOKS)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(sent) == 1


def test_a_worker_is_started_without_waiting_for_its_answer(monkeypatch):
    cloud = Client()
    monkeypatch.setattr("shared.core.jobs.workers.client", lambda _: cloud)

    invoke("arn:aws:lambda:x:1:function:Deliver:live", {"triggered": True})

    asked = cloud.asked["invoke"]
    assert asked["InvocationType"] == "Event"
    assert json.loads(asked["Payload"]) == {"triggered": True}
