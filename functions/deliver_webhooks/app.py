"""When woken: send what webhook endpoints are owed."""

import asyncio
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.handlers import working
from shared.webhooks import DeliveryWork

from .parts import look_again, open_poster, open_work
from .use_case import Courier, Round

SOON_SECONDS = 60.0
"""What is due before the next minute has nobody else to wake us."""


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send until nothing is due or time is nearly out; waking it only means: look.

    Safe to run twice at once, and to be killed: what was claimed is due again when its
    lease ends.
    """
    work = open_work()
    time_left = context.get_remaining_time_in_millis
    told = asyncio.run(_send(work, lambda: time_left() / 1000))
    if told.next_seconds is not None and told.next_seconds < SOON_SECONDS:
        look_again(told.next_seconds)
    if not event.get("woken"):
        work.forget()
    told.measure()
    return dict(told.outcomes)


async def _send(work: DeliveryWork, time_left: Callable[[], float]) -> Round:
    async with open_poster() as poster:
        return await Courier(work, poster).run(time_left)
