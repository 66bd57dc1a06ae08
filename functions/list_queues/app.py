"""GET /v1/queues: staff see the queues they may read."""

from fastapi import APIRouter

from shared.http import ReadQueues, create_handler
from shared.models import Queue
from shared.pages import Page

router = APIRouter(tags=["queues"])


@router.get("/v1/queues")
async def list_queues(queues: ReadQueues) -> Page[Queue]:
    """Return every queue I may read, with tickets by status category."""
    return Page(items=queues.overview(), next_cursor=None)


handler = create_handler(router)
