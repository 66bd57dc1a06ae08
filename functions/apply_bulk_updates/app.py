"""When woken: work off the bulk updates that people asked for."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bulk import DueBulkUpdates
from shared.handlers import working
from shared.persistence import open_worker_database

from .use_case import Round

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Do chunk after chunk until nothing is due; waking it only means: look.

    Safe to run twice at once, and to be killed: a chunk is one transaction, and what
    was claimed and not done is due again when its lease ends.
    """
    work = DueBulkUpdates(open_worker_database())
    told = Round(work).run(context.get_remaining_time_in_millis)
    if not event.get("woken"):
        work.forget()
    log.info("worked bulk updates off", extra=told)
    return told
