"""The dispatcher: the workers of due and triggered jobs are started."""

import json

import pytest
from pydantic import ValidationError

from functions.dispatch_jobs.app import handler
from shared.core.errors import Unavailable
from shared.core.jobs import Job
from shared.core.settings import WorkerFunctions
from tests.events import context
from tests.fakes import OUTAGE, aws_error


def due(rest, *jobs):
    rest.results["due_jobs"] = list(jobs)


def messages(*bodies):
    return {"Records": [{"body": json.dumps(body)} for body in bodies]}


def started(aws):
    """The functions that were invoked, with their events."""
    return [
        (each["FunctionName"], json.loads(each["Payload"]))
        for each in aws.arguments("invoke")
    ]


def test_on_schedule_the_workers_of_due_jobs_are_started(rest, aws):
    due(rest, "emails", "webhooks")

    assert handler({}, context()) == {"started": ["emails", "webhooks"]}

    assert started(aws) == [("arn:emails", {}), ("arn:webhooks", {})]
    assert rest.functions == ["due_jobs"]


def test_a_worker_is_started_without_waiting_for_its_result(rest, aws):
    due(rest, "emails")

    handler({}, context())

    assert aws.arguments("invoke")[0]["InvocationType"] == "Event"


def test_a_job_that_is_triggered_several_times_is_started_once(rest, aws):
    event = messages(*[{"job": "webhooks"}] * 3, {"job": "queue_statuses"})

    assert handler(event, context()) == {"started": ["webhooks", "queue_statuses"]}

    assert started(aws) == [
        ("arn:webhooks", {"triggered": True}),
        ("arn:queue_statuses", {"triggered": True}),
    ]
    assert not rest.calls


def test_an_invalid_message_is_left_to_the_queue(aws):
    with pytest.raises(ValidationError):
        handler(messages({}), context())


def test_nobody_is_started_when_nothing_is_due(rest, aws):
    due(rest)

    assert handler({}, context()) == {"started": []}
    assert not aws.calls


def test_a_job_of_a_newer_release_is_ignored(rest, aws):
    due(rest, "moonwalks", "emails")

    assert handler({}, context()) == {"started": ["emails"]}
    assert handler(messages({"job": "moonwalks"}), context()) == {"started": []}


def test_a_worker_that_cannot_be_started_holds_up_no_other(rest, aws):
    due(rest, "emails", "webhooks")
    aws.results["invoke"] = lambda arguments: (
        aws_error("TooManyRequestsException", 503)
        if arguments["FunctionName"] == "arn:emails"
        else {}
    )

    with pytest.raises(Unavailable):
        handler({}, context())

    assert [name for name, _ in started(aws)] == ["arn:emails", "arn:webhooks"]


def test_an_outage_is_raised_for_the_scheduler_to_retry(rest, aws):
    rest.results["due_jobs"] = OUTAGE

    with pytest.raises(Unavailable):
        handler({}, context())


def test_every_job_has_a_worker_in_the_settings():
    assert set(WorkerFunctions.model_fields) == set(Job)
