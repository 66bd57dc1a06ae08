"""Schedules invoke their functions at their rate."""

import asyncio
import json
from datetime import timedelta

import pytest

from infra.local.cloud.environments import FunctionError
from infra.local.cloud.event_sources import Schedule
from infra.local.cloud.template import Event, Function, TemplateError

FUNCTION = Function("SweepFunction", "arn", "a.b", None)


async def nothing(name: str, event: bytes) -> bytes:
    return b""


def schedule(expression: str, invoke=nothing) -> Schedule:
    event = Event("Often", "ScheduleV2", {"ScheduleExpression": expression})
    return Schedule(FUNCTION, event, invoke)


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [("rate(1 minute)", 1), ("rate(5 minutes)", 5), ("rate(1 hour)", 60)],
)
def test_a_rate_is_an_interval(expression, minutes):
    assert schedule(expression).every == timedelta(minutes=minutes)


@pytest.mark.parametrize("expression", ["", "rate(soon)", "cron(0 3 * * ? *)"])
def test_another_expression_is_refused(expression):
    with pytest.raises(TemplateError, match="knows rate"):
        schedule(expression)


def test_a_function_is_invoked_again_also_after_it_failed():
    events = []

    async def invoke(name: str, event: bytes) -> bytes:
        events.append((name, json.loads(event)))
        raise FunctionError.of("ValueError", "no")

    async def act() -> None:
        fast = schedule("rate(1 minute)", invoke)
        fast.every = timedelta(0)
        running = asyncio.create_task(fast.run())
        while len(events) < 2:
            await asyncio.sleep(0)
        running.cancel()

    asyncio.run(act())

    name, event = events[1]
    assert name == "SweepFunction"
    assert event["source"] == "aws.scheduler"
