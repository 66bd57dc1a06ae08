"""When triggered: apply the bulk updates that are due."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.bulk_updates import BulkUpdateQueueRepository
from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database

from .use_case import BulkUpdateRun

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Apply chunk after chunk until nothing is due.

    Safe to run twice at once, and to be killed: a chunk is one transaction, and what
    was claimed and not done is due again when its lease ends.
    """
    queue = BulkUpdateQueueRepository(open_worker_database())
    counts = BulkUpdateRun(queue).run(context.get_remaining_time_in_millis)
    if not event.get("triggered"):
        queue.forget()
    log.info("applied bulk updates", extra=counts)
    return counts
