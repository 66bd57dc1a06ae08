"""When triggered: send the webhook deliveries that are due."""

import asyncio
from collections.abc import Callable
from math import ceil
from typing import Any

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.jobs import Job, open_job_trigger
from shared.core.persistence import open_worker_database
from shared.webhooks import DeliveryQueue, DeliveryQueueRepository
from shared.webhooks.delivery import open_client

from .use_case import DeliveryRun, DeliverySender

SOON_SECONDS = 60.0
"""What is due before the scheduler's next minute, nobody else triggers."""


def open_queue() -> DeliveryQueue:
    """Return the deliveries that are due, with the rights of a worker."""
    return DeliveryQueueRepository(open_worker_database())


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send until nothing is due or time is nearly out.

    Safe to run twice at once, and to be killed: what was claimed is due again when its
    lease ends.
    """
    queue = open_queue()
    time_left = context.get_remaining_time_in_millis
    run = asyncio.run(_send(queue, lambda: time_left() / 1000))
    if run.next_seconds is not None and run.next_seconds < SOON_SECONDS:
        trigger_again(run.next_seconds)
    if not event.get("triggered"):
        queue.forget()
    run.measure()
    return dict(run.outcomes)


async def _send(queue: DeliveryQueue, time_left: Callable[[], float]) -> DeliveryRun:
    async with open_client() as client:
        return await DeliverySender(queue, client).run(time_left)


def trigger_again(seconds: float) -> None:
    """Trigger this worker in so many seconds."""
    open_job_trigger().trigger(Job.WEBHOOKS, ceil(seconds))
