"""Schedules of the template: fired when due, or at once when asked."""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from infra.local.cloud.template import Event, Function, Template

from .expressions import next_time

Invoke = Callable[[str, bytes], Awaitable[bytes]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """One `Schedule` or `ScheduleV2` event.

    Attributes:
        name: the event's own `Name`, or its key under `Events`.
        function: logical id of the function it invokes.
        expression: `rate(...)`, `cron(...)` or `at(...)`.
        zone: time zone of the expression.
        enabled: whether the clock fires it; asking always does.
        input: the JSON text the function receives, None for AWS's default event.
        source: `aws.scheduler` or `aws.events`, as the default event says.
    """

    name: str
    function: str
    expression: str
    zone: str = "UTC"
    enabled: bool = True
    input: str | None = None
    source: str = "aws.events"

    @classmethod
    def of(cls, function: Function, event: Event) -> "Schedule":
        """Read a function's schedule, of either kind."""
        about = event.properties
        name = about.get("Name", event.name)
        schedule = cls(name, function.name, "", input=about.get("Input"))
        if event.type == "Schedule":
            enabled = about.get("Enabled", True) and about.get("State") != "DISABLED"
            return replace(schedule, expression=about["Schedule"], enabled=enabled)
        return replace(
            schedule,
            expression=about["ScheduleExpression"],
            zone=about.get("ScheduleExpressionTimezone", "UTC"),
            enabled=about.get("State") != "DISABLED",
            source="aws.scheduler",
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.function}"

    def answers_to(self, name: str) -> bool:
        """Whether a person who says `name` means this schedule."""
        return name in (
            self.name,
            self.function,
            self.function.removesuffix("Function"),
        )

    def event(self, now: datetime) -> bytes:
        """What the function receives when fired at that moment."""
        if self.input is not None:
            return self.input.encode()
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": self.source,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": [self.name],
            "detail": "{}" if self.source == "aws.scheduler" else {},
        }
        return json.dumps(event).encode()


class Scheduler:
    """The clock of all schedules."""

    def __init__(self, schedules: Iterable[Schedule], invoke: Invoke) -> None:
        self.schedules = tuple(schedules)
        self._invoke = invoke

    @classmethod
    def of(cls, template: Template, invoke: Invoke) -> "Scheduler":
        """Every schedule of a template."""
        events = template.events_of("Schedule", "ScheduleV2")
        return cls((Schedule.of(*event) for event in events), invoke)

    async def run(self) -> None:
        """Fire what is due, until cancelled."""
        enabled = (schedule for schedule in self.schedules if schedule.enabled)
        await asyncio.gather(*map(self._keep, enabled))

    async def fire(self, schedule: Schedule) -> bytes:
        """Invoke a schedule's function now and return its answer.

        Raises:
            FunctionError: the function failed.
        """
        return await self._invoke(schedule.function, schedule.event(datetime.now(UTC)))

    def named(self, name: str) -> Schedule | None:
        """The schedule a person means by a name."""
        meant = (each for each in self.schedules if each.answers_to(name))
        return next(meant, None)

    async def _keep(self, schedule: Schedule) -> None:
        now = datetime.now(UTC)
        while due := next_time(schedule.expression, now, schedule.zone):
            await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
            try:
                await self.fire(schedule)
            except Exception:
                log.exception("Schedule %s failed", schedule.name)
            now = max(due, datetime.now(UTC))
