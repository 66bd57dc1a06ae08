"""Delivers webhooks without PostgREST; also as a process to be killed.

Usage: python -m tests.database.webhook_worker DSN
"""

import sys
import threading
from collections.abc import Mapping
from typing import Any

from functions.deliver_webhooks.use_case import DeliveryRun, DeliverySender
from shared.webhooks import DeliveryQueueRepository
from shared.webhooks.delivery import HttpxWebhookClient, SsrfGuard, new_client
from tests.loops import run as run_alone

from .acting import WORKER, ActingConnection
from .server import open_connection


class DirectDatabase:
    """`Database`, as a worker, one call at a time."""

    def __init__(self, db: ActingConnection) -> None:
        self._db = db
        self._lock = threading.Lock()

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        with self._lock:
            rows = self._db.rows(WORKER, function, **arguments)
        return rows if function.startswith("claim") else rows[0]


def deliver(db: ActingConnection, seconds: float = 10.0) -> DeliveryRun:
    """Send what is due, to 127.0.0.1 too."""

    async def run() -> DeliveryRun:
        async with new_client() as client:
            sender = HttpxWebhookClient(SsrfGuard(allow_private=True), client, seconds)
            queue = DeliveryQueueRepository(DirectDatabase(db))
            return await DeliverySender(queue, sender).run(lambda: 60.0)

    return run_alone(run())


if __name__ == "__main__":
    with open_connection(sys.argv[1]) as connection:
        deliver(ActingConnection(connection))
