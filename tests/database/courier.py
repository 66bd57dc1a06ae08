"""deliver_webhooks over a database without PostgREST; also as a process to be killed.

Usage: python -m tests.database.courier DSN
"""

import sys
import threading
from collections.abc import Mapping
from typing import Any

from functions.deliver_webhooks.use_case import DeliveryRun, DeliverySender
from shared.webhooks import DeliveryQueueRepository
from shared.webhooks.delivery import HttpxWebhookClient, SsrfGuard, new_client
from tests.loops import run as run_alone

from .desk import WORKER, Desk
from .server import open_connection


class DirectDatabase:
    """`Database`, as a worker, one call at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        with self._lock:
            rows = self._desk.rows(WORKER, function, **arguments)
        return rows if function.startswith("claim") else rows[0]


def deliver(desk: Desk, seconds: float = 10.0) -> DeliveryRun:
    """Send what is due, to 127.0.0.1 too."""

    async def run() -> DeliveryRun:
        async with new_client() as client:
            sender = HttpxWebhookClient(SsrfGuard(allow_private=True), client, seconds)
            work = DeliveryQueueRepository(DirectDatabase(desk))
            return await DeliverySender(work, sender).run(lambda: 60.0)

    return run_alone(run())


if __name__ == "__main__":
    with open_connection(sys.argv[1]) as connection:
        deliver(Desk(connection))
