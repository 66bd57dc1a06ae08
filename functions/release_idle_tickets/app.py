"""When woken: what waits too long for its owner goes back to its queue."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.assignment import Assignments, IdleWork
from shared.handlers import working
from shared.persistence import open_worker_database

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Put back what is due, batch by batch, while there is time.

    Safe to run twice or to be killed: each batch is one transaction, and what was put
    back waits for nobody any more.
    """
    work: IdleWork = Assignments(open_worker_database())
    released = batch = work.release()
    while batch and context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
        batch = work.release()
        released += batch
    log.info("released idle tickets", released=released)
    return {"released": released}
