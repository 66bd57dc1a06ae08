"""When woken: give out what waits."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.assignment import Assignments
from shared.handlers import working
from shared.persistence import open_worker_database

from .use_case import give_out

BATCH_MILLISECONDS = 12_000
"""What a batch may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Give until nothing can be given or time is nearly out; waking it means: look.

    Safe to run twice at once, and to be killed: each batch is one transaction, and
    what is given waits no longer.
    """

    def in_time() -> bool:
        return context.get_remaining_time_in_millis() > BATCH_MILLISECONDS

    given = give_out(Assignments(open_worker_database()), in_time)
    log.info("gave out waiting tickets", given=given)
    return {"given": given}
