"""GET /v1/queues/{queue}/status: staff of a queue see its live figures."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import create_handler, provide
from shared.queues import QueueStatus, QueueStatusReader, QueueStatusRepository

router = APIRouter(tags=["queues"])


@router.get("/v1/queues/{queue}/status")
async def get_queue_status(
    queue: str, statuses: Annotated[QueueStatusReader, provide(QueueStatusRepository)]
) -> QueueStatus:
    """Return the status of a queue by key or id, exact at this moment.

    Join the topic of the queue to receive QUEUE_STATUS_CHANGED when it changes.
    """
    return statuses.status(queue)


handler = create_handler(router)
