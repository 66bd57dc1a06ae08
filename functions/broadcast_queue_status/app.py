"""When triggered: broadcast the status of queues that has changed."""

from functools import lru_cache, partial
from typing import Any

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.jobs import Job, open_job_trigger
from shared.core.persistence import open_worker_database
from shared.queues import QueueStatusBroadcaster

from .use_case import QueueStatusBroadcast


@lru_cache(maxsize=1)
def get_broadcast() -> QueueStatusBroadcast:
    """Wire the use case, once an environment."""
    trigger = partial(open_job_trigger().trigger, Job.QUEUE_STATUSES)
    broadcaster = QueueStatusBroadcaster(open_worker_database())
    return QueueStatusBroadcast(broadcaster, trigger)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Broadcast what was deferred; when scheduled, also what time alone has changed."""
    get_broadcast().run(triggered=event.get("triggered", False))
