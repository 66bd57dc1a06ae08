"""How the desk is doing, in numbers."""

import json

import pytest

from functions.report_metrics import app
from tests.events import context
from tests.fakes import FakeDatabase


@pytest.fixture
def told(monkeypatch, capsys):
    """The numbers of one run, for two queues and workers that are behind."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "AutoCRM/desk")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "autocrm")
    queues = [
        {"key": "billing", "waiting": 0, "oldest_wait_seconds": 0},
        {"key": "support", "waiting": 3, "oldest_wait_seconds": 61.5},
    ]
    lag = {"pending": 4, "dead_lettered": 1, "oldest_seconds": 12.5}
    database = FakeDatabase({"event_lag": lag, "queue_metrics": queues})
    monkeypatch.setattr(app, "open_worker_database", lambda: database)
    app.handler({}, context())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def test_how_far_the_workers_are_behind(told):
    lag = told[0]

    assert (lag["PendingEvents"], lag["DeadLetteredEvents"]) == ([4.0], [1.0])
    assert lag["OldestPendingEvent"] == [12.5]


def test_how_long_each_queue_is_in_which_somebody_waits_and_how_long_they_do(told):
    found = {
        each["queue"]: (each["TicketsWaiting"], each["OldestWait"]) for each in told[1:]
    }

    assert found == {"support": ([3.0], [61.5])}


def test_cloudwatch_finds_them_by_stack_and_queue(told):
    [about] = told[1]["_aws"]["CloudWatchMetrics"]

    assert about["Namespace"] == "AutoCRM/desk"
    assert [set(names) for names in about["Dimensions"]] == [{"service", "queue"}]
    assert {metric["Unit"] for metric in about["Metrics"]} == {"Count", "Seconds"}
