"""Every minute: workers that have something to do are woken, and no others."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .parts import get_clock

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """Look once what there is to do, and start one worker for each kind.

    Safe to run twice, late, or to be killed: workers look for themselves, and a minute
    later the same is found again.
    """
    woken = get_clock().strike()
    log.info("woke workers", woken=woken)
    return {"woken": woken}
