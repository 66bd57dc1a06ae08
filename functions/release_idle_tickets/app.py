"""When triggered: tickets that wait too long for their assignee go back."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.assignment import AssignmentRepository, IdleTickets
from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Put back what is due, batch by batch, while there is time.

    Safe to run twice or to be killed: each batch is one transaction, and what was put
    back waits for nobody any more.
    """
    tickets: IdleTickets = AssignmentRepository(open_worker_database())
    released = batch = tickets.release_idle()
    while batch and context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
        batch = tickets.release_idle()
        released += batch
    log.info("released idle tickets", released=released)
    return {"released": released}
