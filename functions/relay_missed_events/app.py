"""When woken: events whose webhook or message was lost are enqueued again."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.handlers import working

from .parts import get_relay


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Enqueue what is due."""
    return {"relayed": get_relay().run(context.get_remaining_time_in_millis)}
