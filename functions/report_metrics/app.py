"""Every minute: metrics of queue lengths, and of how far the workers are behind."""

from typing import Any

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.observability import Unit, measure
from shared.core.persistence import open_worker_database
from shared.outbox import OutboxLagRepository
from shared.queues import QueueBacklogs


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Write the metrics of now; a run that is lost or doubled makes no difference."""
    database = open_worker_database()
    lag = OutboxLagRepository(database).read()
    measure(
        {
            "PendingEvents": (Unit.COUNT, lag.pending),
            "DeadLetteredEvents": (Unit.COUNT, lag.dead_lettered),
            "OldestPendingEvent": (Unit.SECONDS, lag.oldest_seconds),
        }
    )
    # A metric that is written costs 0.30 USD a month, so queues in which nobody waits
    # are left out.
    for queue in (each for each in QueueBacklogs(database).all() if each.waiting):
        measure(
            {
                "TicketsWaiting": (Unit.COUNT, queue.waiting),
                "OldestWait": (Unit.SECONDS, queue.oldest_wait_seconds),
            },
            queue=queue.key,
        )
