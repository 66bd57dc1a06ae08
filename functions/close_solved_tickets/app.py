"""When triggered: solved tickets close when their time to be reopened is over."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.observability import correlation_scope
from shared.core.persistence import open_worker_database
from shared.tickets import SolvedTickets

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Close what is due, batch by batch, while there is time.

    Safe to run twice or to be killed: each batch is one transaction, and what is
    closed is no longer due.
    """
    tickets = SolvedTickets(open_worker_database())
    with correlation_scope(context.aws_request_id):
        closed = batch = tickets.close_due()
        while batch and context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
            batch = tickets.close_due()
            closed += batch
        log.info("closed solved tickets", closed=closed)
    return {"closed": closed}
