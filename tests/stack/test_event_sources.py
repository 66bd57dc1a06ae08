"""Queues and schedules over real function processes."""

import json
from pathlib import Path

import pytest

from tests.open_desk import eventually

from .conftest import Cloud

pytestmark = pytest.mark.slow


def send(cloud: Cloud, *jobs: dict):
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="Jobs")["QueueUrl"]
    entries = [
        {"Id": str(number), "MessageBody": json.dumps(job)}
        for number, job in enumerate(jobs)
    ]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)


def failed_jobs(cloud: Cloud):
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="FailedJobs")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in received.get("Messages", [])]


def test_only_the_failed_record_of_a_batch_comes_again(cloud: Cloud, tmp_path: Path):
    log = tmp_path / "done"
    jobs = [{"name": name, "fails": name == "bad", "log": str(log)} for name in NAMES]
    given_up = []

    send(cloud, *jobs)
    eventually(lambda: given_up.extend(failed_jobs(cloud)) or given_up)

    done = log.read_text().split()
    assert given_up == [jobs[1]]
    assert [done.count(name) for name in NAMES] == [1, 2, 1]


NAMES = ["first", "bad", "last"]


@pytest.mark.parametrize("name", ["EveryHour", "Sweep"])
def test_a_tick_fires_a_schedule_with_its_input(cloud: Cloud, name):
    answer = cloud.http.post(f"/.local/tick/{name}")

    assert answer.json() == {"event": {"job": "sweep"}}


def test_a_tick_fires_a_disabled_schedule_with_the_usual_event(cloud: Cloud):
    event = cloud.http.post("/.local/tick/Nightly").json()["event"]

    assert event["detail-type"] == "Scheduled Event"
    assert event["source"] == "aws.events"


def test_an_unknown_schedule_is_refused_with_those_there_are(cloud: Cloud):
    answer = cloud.http.post("/.local/tick/Nope")

    assert answer.status_code == 404
    assert "EveryHour" in answer.json()["message"]
