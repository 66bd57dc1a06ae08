"""When triggered: uploaded files are checked, and then given out or refused."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_files, open_worker_database
from shared.files import FileQueueRepository

from .use_case import FileChecker

FILE_MILLISECONDS = 35_000
"""What one file may take at worst: reading it, and two calls of the database."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Check one file after the other, while there are any and there is time.

    Safe to run twice at once, and to be killed: what was claimed and not recorded comes
    again, and nobody is given it before.
    """
    checker = FileChecker(FileQueueRepository(open_worker_database()), open_files())
    outcomes = {"ready": 0, "refused": 0}
    while context.get_remaining_time_in_millis() > FILE_MILLISECONDS:
        if (outcome := checker.check_next()) is None:
            break
        outcomes[outcome] += 1
    log.info("checked files", extra=outcomes)
    return outcomes
