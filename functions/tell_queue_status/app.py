"""When woken: tell how queues stand that have changed."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.handlers import working

from .parts import get_announcer


@working
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Tell what was promised; woken by the clock, also what time alone has changed."""
    get_announcer().run(woken=event.get("woken", False))
