"""Every minute, and when woken: send what webhook endpoints are owed."""

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.aws import wake
from shared.outbound import Guard, Sender, new_client
from shared.persistence import open_worker_database
from shared.settings import WebhookSettings
from shared.webhooks import DueDeliveries

from .use_case import Courier, Round

SOON_SECONDS = 60.0
"""What is due before the next minute has nobody else to wake us."""

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send until nothing is due or time is nearly out; a message only means: look.

    Safe to run twice at once, and to be killed: what was claimed is due again when its
    lease ends.
    """
    settings = WebhookSettings.read()
    work = DueDeliveries(open_worker_database())
    told = asyncio.run(
        _send(work, settings, lambda: context.get_remaining_time_in_millis() / 1000)
    )
    if told.next_seconds is not None and told.next_seconds < SOON_SECONDS:
        wake(settings.queue_url, ceil(told.next_seconds))
    if "Records" not in event:
        work.forget()
    log.info("sent webhooks", outcomes=dict(told.outcomes))
    return dict(told.outcomes)


async def _send(
    work: DueDeliveries, settings: WebhookSettings, time_left: Callable[[], float]
) -> Round:
    async with new_client() as client:
        sender = Sender(Guard(settings.allow_private), client)
        return await Courier(work, sender).run(time_left)
