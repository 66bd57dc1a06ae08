"""When woken: tell how queues stand that have changed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .parts import get_announcer

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Tell what was promised; woken by the clock, also what time alone has changed."""
    get_announcer().run(woken=event.get("woken", False))
