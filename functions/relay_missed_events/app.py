"""When triggered: events whose webhook or message was lost are enqueued again."""

from functools import lru_cache
from typing import Any

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.persistence import open_worker_database
from shared.outbox import MissedEventRepository, open_event_queue

from .use_case import Relay


@lru_cache(maxsize=1)
def get_relay() -> Relay:
    """Wire the relay, once an environment."""
    return Relay(MissedEventRepository(open_worker_database()), open_event_queue())


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Enqueue what is due."""
    return {"relayed": get_relay().run(context.get_remaining_time_in_millis)}
