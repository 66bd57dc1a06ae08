"""When woken: mail that has waited long enough for more to tell is sent."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.handlers import working

from .parts import get_postman, open_work

log = Logger(child=True)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Send what is due, then forget what was over long ago.

    Safe to run twice at once, and to be killed.
    """
    sent = get_postman().run(context.get_remaining_time_in_millis)
    forgotten = open_work().forget()
    log.info("sent mail", sent=sent, forgotten=forgotten)
    return {"sent": sent, "forgotten": forgotten}
