"""When schedules are due, and what their functions receive."""

import json
from datetime import UTC, datetime

import pytest

from infra.local.cloud.event_sources import Schedule, ScheduleError, next_time
from infra.local.cloud.template import Event, Function

NOW = datetime(2026, 11, 23, 9, 0, 30, tzinfo=UTC)
FUNCTION = Function("SweepFunction", "arn", "a.b", None)


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("rate(5 minutes)", "UTC", "2026-11-23T09:05:30+00:00"),
        ("rate(1 hour)", "UTC", "2026-11-23T10:00:30+00:00"),
        ("rate(2 days)", "UTC", "2026-11-25T09:00:30+00:00"),
        ("cron(0/15 * * * ? *)", "UTC", "2026-11-23T09:15:00+00:00"),
        ("cron(0 3 * * ? *)", "UTC", "2026-11-24T03:00:00+00:00"),
        ("cron(0 18 ? * MON-FRI *)", "Europe/Berlin", "2026-11-23T17:00:00+00:00"),
        ("cron(0 0 L * ? *)", "UTC", "2026-11-30T00:00:00+00:00"),
        ("cron(0 9 ? * 2#1 *)", "UTC", "2026-12-07T09:00:00+00:00"),
        ("at(2027-01-01T00:00:00)", "UTC", "2027-01-01T00:00:00+00:00"),
    ],
)
def test_an_expression_is_due(expression, zone, due):
    assert next_time(expression, NOW, zone) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    "expression", ["cron(0 0 1 1 ? 2020)", "at(2020-01-01T00:00:00)"]
)
def test_what_is_past_is_never_due(expression):
    assert next_time(expression, NOW) is None


@pytest.mark.parametrize(
    "expression",
    ["", "5 minutes", "rate(soon)", "cron(* * * * *)", "cron(0 0 1 1 1 *)"],
)
def test_a_malformed_expression_is_refused(expression):
    with pytest.raises(ScheduleError):
        next_time(expression, NOW)


def test_both_kinds_of_schedule_are_read():
    newer = {"ScheduleExpression": "rate(1 hour)", "State": "DISABLED"}
    older = {"Schedule": "rate(1 day)", "Name": "nightly", "Input": '{"a": 1}'}

    scheduler = Schedule.of(FUNCTION, Event("Hourly", "ScheduleV2", newer))
    rule = Schedule.of(FUNCTION, Event("Daily", "Schedule", older))

    assert (scheduler.name, scheduler.enabled) == ("Hourly", False)
    assert (rule.name, rule.enabled, rule.expression) == (
        "nightly",
        True,
        "rate(1 day)",
    )
    assert rule.event(NOW) == b'{"a": 1}'
    assert json.loads(scheduler.event(NOW))["source"] == "aws.scheduler"


@pytest.mark.parametrize("name", ["Hourly", "Sweep", "SweepFunction"])
def test_a_person_may_name_the_schedule_or_its_function(name):
    assert Schedule("Hourly", "SweepFunction", "rate(1 hour)").answers_to(name)
