"""When triggered: days that are over are counted for the reports."""

from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database
from shared.reports import ReportDays

BATCH_MILLISECONDS = 12_000
"""What a day may take at worst: the timeout of a call, and a little."""

log = Logger(child=True)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Count what is due, day by day, while there is time; the next run goes on.

    Safe to run twice or to be killed: each day is one transaction. An operator who
    invokes it with `{"recount": true}` has all days counted again.
    """
    days = ReportDays(open_worker_database())
    if event.get("recount") is True:
        days.recount()
    counted = 0
    while days.count_next() is not None:
        counted += 1
        if context.get_remaining_time_in_millis() <= BATCH_MILLISECONDS:
            break
    log.info("counted days", counted=counted)
    return {"counted": counted}
