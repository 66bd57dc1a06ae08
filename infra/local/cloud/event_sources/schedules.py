"""Invoke functions at the rate of their schedules."""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from infra.local.cloud.template import Event, Function, TemplateError

Invoke = Callable[[str, bytes], Awaitable[bytes]]
RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")

log = logging.getLogger(__name__)


class Schedule:
    """One `ScheduleV2` event of a function.

    Args:
        function: whom to invoke.
        event: its event; of the expressions of EventBridge, `rate(...)` alone.
        invoke: runs the named function with an event.

    Raises:
        TemplateError: the expression is no rate.
    """

    def __init__(self, function: Function, event: Event, invoke: Invoke) -> None:
        self.every = _interval(event.properties["ScheduleExpression"])
        self._name = event.name
        self._function = function.name
        self._invoke = invoke

    async def run(self) -> None:
        """Invoke at the given rate until cancelled; a failure is logged."""
        while True:
            await asyncio.sleep(self.every.total_seconds())
            try:
                await self._invoke(self._function, self._event())
            except Exception:
                log.exception("Schedule %s of %s failed", self._name, self._function)

    def _event(self) -> bytes:
        """Return the event that EventBridge Scheduler sends without an `Input`."""
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": [self._name],
            "detail": "{}",
        }
        return json.dumps(event).encode()


def _interval(expression: str) -> timedelta:
    if rate := RATE.fullmatch(expression):
        return timedelta(**{f"{rate[2]}s": int(rate[1])})
    raise TemplateError(f"The local gateway knows rate(...) alone, not {expression}.")
