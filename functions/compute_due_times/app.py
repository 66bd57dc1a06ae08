"""When triggered: due times follow a change of policies or calendars."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database
from shared.sla import DueTimeRepository

CHUNK_MILLISECONDS = 40_000
"""What a chunk may take at worst: the timeouts of its four calls."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Compute the due times of unsolved tickets, chunk by chunk, while there is time.

    Safe to run twice at once, and to be killed: what is saved twice is the same, and
    how far it has come is noted after each chunk.
    """
    due_times = DueTimeRepository(open_worker_database())
    chunks = 0
    while context.get_remaining_time_in_millis() > CHUNK_MILLISECONDS:
        if not due_times.compute_next_chunk():
            break
        chunks += 1
    log.info("computed due times", chunks=chunks)
    return {"chunks": chunks}
