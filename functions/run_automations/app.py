"""When triggered: snoozed tickets wake, and silent customers are reminded."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.observability import correlation_scope
from shared.core.persistence import open_worker_database
from shared.tickets import Automations

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Do what is due, batch by batch, while there is time.

    Safe to run twice or to be killed: each batch is one transaction, and what has
    happened is no longer due.
    """
    automations = Automations(open_worker_database())
    with correlation_scope(context.aws_request_id):
        changed = batch = automations.run_due()
        while batch and context.get_remaining_time_in_millis() > BATCH_MILLISECONDS:
            batch = automations.run_due()
            changed += batch
        log.info("ran automations", changed=changed)
    return {"changed": changed}
