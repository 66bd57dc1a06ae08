"""When woken: solved tickets close when their time to be reopened is over."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.handlers import working
from shared.persistence import open_worker_database
from shared.repositories import TicketClock
from shared.telemetry import follow

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Close what is due, batch by batch, while there is time.

    Safe to run twice or to be killed: each batch is one transaction, and what is
    closed is no longer due.
    """
    clock = TicketClock(open_worker_database())
    with follow(context.aws_request_id):
        closed = batch = clock.close_solved()
        while batch and context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
            batch = clock.close_solved()
            closed += batch
        log.info("closed solved tickets", closed=closed)
    return {"closed": closed}
