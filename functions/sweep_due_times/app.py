"""When triggered: warnings are given, breaches recorded, and tickets escalated."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.observability import correlation_scope
from shared.core.persistence import open_worker_database
from shared.sla import DueTimeRepository

BATCH_MILLISECONDS = 50_000
"""What a batch may take at worst: the timeouts of its five calls."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Sweep batch by batch, while something is due and there is time.

    Safe to run twice at once, and to be killed: each batch is one transaction, and
    what it did is due no more.
    """
    due_times = DueTimeRepository(open_worker_database())
    totals = {"breached": 0, "warned": 0, "escalated": 0}
    with correlation_scope(context.aws_request_id):
        while context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
            sweep = due_times.sweep()
            totals = {name: n + getattr(sweep, name) for name, n in totals.items()}
            if not sweep.swept:
                break
        log.info("swept due times", extra=totals)
    return totals
