"""Every minute, and when a job is triggered: start the workers of due jobs."""

from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.jobs import DueJobRepository, open_workers, read_job_message
from shared.core.persistence import open_worker_database

from .use_case import Dispatcher

log = Logger(child=True)


@lru_cache(maxsize=1)
def get_dispatcher() -> Dispatcher:
    """Wire the dispatcher, once an environment."""
    return Dispatcher(DueJobRepository(open_worker_database()), open_workers())


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """Start one worker a job: of the jobs in the messages, else of all that are due.

    Safe to run twice, late, or to be killed: workers look for themselves, and within a
    minute the same is found again.
    """
    dispatcher = get_dispatcher()
    if "Records" in event:
        names = (read_job_message(each["body"]) for each in event["Records"])
        started = dispatcher.dispatch_triggered(names)
    else:
        started = dispatcher.dispatch_due()
    log.info("started workers", started=started)
    return {"started": started}
