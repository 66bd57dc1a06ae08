"""Every minute, and when somebody says that there is work: wake whoever does it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.clock import read_wake_up
from shared.handlers import working

from .parts import get_clock

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """Start one worker for each chore: those in the messages, else all that is due.

    Safe to run twice, late, or to be killed: workers look for themselves, and within a
    minute the same is found again.
    """
    clock = get_clock()
    if "Records" in event:
        woken = clock.wake(read_wake_up(each["body"]) for each in event["Records"])
    else:
        woken = clock.strike()
    log.info("woke workers", woken=woken)
    return {"woken": woken}
