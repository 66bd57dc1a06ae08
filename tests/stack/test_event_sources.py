"""Queues and ticks over real function processes."""

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


def test_a_tick_runs_a_worker_and_returns_its_result(cloud: Cloud):
    answer = cloud.http.post("/.local/tick/Sweep")

    assert answer.json() == {"event": {}}


@pytest.mark.parametrize("name", ["Nope", "Echo"])
def test_what_is_no_worker_is_refused_with_those_there_are(cloud: Cloud, name):
    answer = cloud.http.post(f"/.local/tick/{name}")

    assert answer.status_code == 404
    assert "Sweep" in answer.json()["message"]


def test_a_worker_that_fails_says_how(cloud: Cloud):
    answer = cloud.http.post("/.local/tick/Failing")

    assert (answer.status_code, answer.json()["errorType"]) == (502, "ValueError")
