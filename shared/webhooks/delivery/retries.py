"""When a failed delivery is tried again. Pure: time and chance are given."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_WAIT = 5.0
LAST_ATTEMPT = 86_400.0  # a day after the first attempt it is given up
LONGEST_REQUESTED = 3_600.0  # an hour: a receiver cannot put us off for longer
SPREAD = 0.25
_DOUBLINGS = 15
RetrySchedule = Callable[[int, float, float, float], float | None]
"""Extension point: seconds to wait after an attempt, or None to give up; see
`back_off`."""


def back_off(attempt: int, age: float, requested: float, luck: float) -> float | None:
    """Return how long to wait: 5 s, doubled each time, a quarter more or less.

    A receiver may lengthen a wait to an hour, and shorten none. The last attempt is a
    day after the first, whatever it asks for.

    Args:
        attempt: the one that has just failed: 1, 2, 3.
        age: seconds since the first attempt.
        requested: seconds that the receiver asked for, 0 when it did not.
        luck: 0 to 1, by chance, so that what failed together does not return together.
    """
    left = LAST_ATTEMPT - age
    if left <= 0:
        return None
    wait = FIRST_WAIT * 2.0 ** min(attempt - 1, _DOUBLINGS)
    spread = wait * (1 - SPREAD + 2 * SPREAD * luck)
    return min(max(spread, min(requested, LONGEST_REQUESTED)), left)


def retry_after_seconds(retry_after: str | None, now: datetime) -> float:
    """Read a Retry-After header, in seconds or as a date (RFC 9110, 10.2.3).

    What cannot be read asks for nothing; a number may be infinite, a date may not.
    """
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
        if then.tzinfo is None:
            then = then.replace(tzinfo=UTC)
        return max(0.0, (then - now).total_seconds())
    # A year of ten digits overflows, and the parser fails in ways of its own.
    except (ValueError, OverflowError, TypeError, IndexError):
        return 0.0
