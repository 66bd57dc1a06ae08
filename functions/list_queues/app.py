"""GET /v1/queues: staff see the queues they may read."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import create_handler, provide
from shared.core.types import Page
from shared.queues import Queue, QueueReader, QueueRepository

router = APIRouter(tags=["queues"])


@router.get("/v1/queues")
async def list_queues(
    queues: Annotated[QueueReader, provide(QueueRepository)],
) -> Page[Queue]:
    """Return every queue I may read, with tickets by status category."""
    return Page(items=queues.overview(), next_cursor=None)


handler = create_handler(router)
