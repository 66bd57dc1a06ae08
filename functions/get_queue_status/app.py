"""GET /v1/queues/{queue}/status: staff of a queue see how it stands."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import create_handler, provide
from shared.queues import QueueStatus, QueueStatusReader, QueueStatusRepository

router = APIRouter(tags=["queues"])


@router.get("/v1/queues/{queue}/status")
async def get_queue_status(
    queue: str, boards: Annotated[QueueStatusReader, provide(QueueStatusRepository)]
) -> QueueStatus:
    """Return how a queue stands by key or id, exact at this moment.

    Join the topic `queue:<id>` to be told QUEUE_STATUS_CHANGED when it changes.
    """
    return boards.status(queue)


handler = create_handler(router)
