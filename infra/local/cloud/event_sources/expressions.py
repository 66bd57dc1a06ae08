"""When a schedule expression of EventBridge is due."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aws_croniter import AwsCroniter
from aws_croniter.exceptions import AwsCroniterExpressionError

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((.+)\)")
_AT: Final = re.compile(r"at\((.+)\)")


class ScheduleError(ValueError):
    """The expression is none that EventBridge knows; the message names it."""


def next_time(expression: str, after: datetime, zone: str = "UTC") -> datetime | None:
    """The first time an expression is due after a moment, in UTC.

    Args:
        expression: `rate(...)`, `cron(...)` or `at(...)`, as in the template.
        after: an aware moment; a rate counts from it.
        zone: name of the time zone in which cron and at are read.

    Returns:
        None when it is never due again.

    Raises:
        ScheduleError: the expression is malformed.
    """
    if rate := _RATE.fullmatch(expression):
        return after + timedelta(**{f"{rate[2]}s": int(rate[1])})
    if cron := _CRON.fullmatch(expression):
        return _next_of_cron(cron[1], after, ZoneInfo(zone))
    if at := _AT.fullmatch(expression):
        once = datetime.fromisoformat(at[1]).replace(tzinfo=ZoneInfo(zone))
        return once.astimezone(UTC) if once > after else None
    raise ScheduleError(f"{expression} is neither rate(...), cron(...) nor at(...).")


def _next_of_cron(fields: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Cron in local time: the library counts in UTC, so give it the wall clock."""
    wall_clock = after.astimezone(zone).replace(tzinfo=UTC)
    try:
        (due,) = AwsCroniter(fields).get_next(wall_clock)
    except AwsCroniterExpressionError as error:
        raise ScheduleError(f"cron({fields}) is malformed: {error}") from error
    return due.replace(tzinfo=zone).astimezone(UTC) if due else None
