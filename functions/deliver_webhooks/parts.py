"""What the worker is made of in a deployment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil

from shared.clock import Chore, open_waker
from shared.outbound import Guard, Poster, Sender, new_client
from shared.persistence import open_worker_database
from shared.settings import WebhookSettings
from shared.webhooks import DueDeliveries


def open_work() -> DueDeliveries:
    """What is owed, with the rights of a worker."""
    return DueDeliveries(open_worker_database())


@asynccontextmanager
async def open_poster() -> AsyncIterator[Poster]:
    """The way out, for the time of a block."""
    guard = Guard(WebhookSettings.read().allow_private)
    async with new_client() as client:
        yield Sender(guard, client)


def look_again(seconds: float) -> None:
    """Have deliver_webhooks woken in so many seconds."""
    open_waker().wake(Chore.WEBHOOKS, ceil(seconds))
