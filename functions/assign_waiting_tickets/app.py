"""When triggered: assign the tickets that wait."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.assignment import AssignmentRepository
from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database

from .use_case import assign_waiting_tickets

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Assign until nothing can be assigned or time is nearly out.

    Safe to run twice at once, and to be killed: each batch is one transaction, and
    what is assigned waits no longer.
    """

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > BATCH_MILLISECONDS

    assigned = assign_waiting_tickets(
        AssignmentRepository(open_worker_database()), in_time
    )
    log.info("assigned waiting tickets", assigned=assigned)
    return {"assigned": assigned}
