"""When triggered: send the email that is due."""

from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database
from shared.notifications.email import EmailQueueRepository, SesMailer, open_composer

from .use_case import EmailSender

log = Logger(child=True)


def open_email_queue() -> EmailQueueRepository:
    """Return the email that is due, with the rights of a worker."""
    return EmailQueueRepository(open_worker_database())


@lru_cache(maxsize=1)
def get_sender() -> EmailSender:
    """Wire the sender, once an environment."""
    return EmailSender(open_email_queue(), open_composer(), SesMailer())


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send what is due, then forget what was over long ago.

    Safe to run twice at once, and to be killed.
    """
    sent = get_sender().run(context.get_remaining_time_in_millis)
    forgotten = open_email_queue().forget()
    log.info("sent email", sent=sent, forgotten=forgotten)
    return {"sent": sent, "forgotten": forgotten}
