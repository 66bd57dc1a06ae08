"""The metrics of queues, and of how far the workers are behind."""

import json

import pytest

from functions.report_metrics.app import handler
from tests.events import context


@pytest.fixture
def metrics(rest, monkeypatch, capsys):
    """The metrics of one run, with two queues and workers that are behind."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "AutoCRM/desk")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "autocrm")
    rest.results |= {
        "event_lag": {"pending": 4, "dead_lettered": 1, "oldest_seconds": 12.5},
        "queue_metrics": [
            {"key": "billing", "waiting": 0, "oldest_wait_seconds": 0},
            {"key": "support", "waiting": 3, "oldest_wait_seconds": 61.5},
        ],
    }
    handler({}, context())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def test_the_lag_of_the_workers_is_measured(metrics):
    lag = metrics[0]

    assert (lag["PendingEvents"], lag["DeadLetteredEvents"]) == ([4.0], [1.0])
    assert lag["OldestPendingEvent"] == [12.5]


def test_queues_in_which_tickets_wait_are_measured_and_no_others(metrics):
    found = {
        each["queue"]: (each["TicketsWaiting"], each["OldestWait"])
        for each in metrics[1:]
    }

    assert found == {"support": ([3.0], [61.5])}


def test_metrics_have_the_stack_as_namespace_and_the_queue_as_dimension(metrics):
    [about] = metrics[1]["_aws"]["CloudWatchMetrics"]

    assert about["Namespace"] == "AutoCRM/desk"
    assert [set(names) for names in about["Dimensions"]] == [{"service", "queue"}]
    assert {metric["Unit"] for metric in about["Metrics"]} == {"Count", "Seconds"}
