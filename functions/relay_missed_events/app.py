"""When woken: events whose webhook or message was lost are enqueued again."""

from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.aws import open_event_queue
from shared.outbox import MissedEvents
from shared.persistence import open_worker_database

from .use_case import Relay

log = Logger()


@lru_cache(maxsize=1)
def get_relay() -> Relay:
    """The relay of this deployment, wired once."""
    return Relay(MissedEvents(open_worker_database()), open_event_queue())


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Enqueue what is due."""
    return {"relayed": get_relay().run(context.get_remaining_time_in_millis)}
