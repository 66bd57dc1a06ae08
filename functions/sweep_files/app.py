"""When triggered: files that are refused, redacted or unused go from Storage."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_files, open_worker_database
from shared.files import FileQueueRepository

BATCH_MILLISECONDS = 45_000
"""What a batch may take at worst: two calls of the database, and one of Storage."""
BATCH_SIZE = 100

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Remove files batch by batch, while there are any and there is time.

    Safe to run twice at once, and to be killed: a name is forgotten after it is gone,
    and what is gone already may be removed again.
    """
    queue, files = FileQueueRepository(open_worker_database()), open_files()
    removed = 0
    while context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
        names = queue.sweep(BATCH_SIZE)
        if not names:
            break
        files.remove(names)
        queue.removed(names)
        removed += len(names)
    log.info("removed files", removed=removed)
    return {"removed": removed}
