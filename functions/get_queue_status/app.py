"""GET /v1/queues/{queue}/status: staff of a queue see how it stands."""

from fastapi import APIRouter

from shared.http import create_handler
from shared.models import QueueStatus

from .stores import ReadBoards

router = APIRouter(tags=["queues"])


@router.get("/v1/queues/{queue}/status")
async def get_queue_status(queue: str, boards: ReadBoards) -> QueueStatus:
    """Return how a queue stands by key or id, exact at this moment.

    Join the topic `queue:<id>` to be told QUEUE_STATUS_CHANGED when it changes.
    """
    return boards.status(queue)


handler = create_handler(router)
