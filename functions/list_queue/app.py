"""GET /v1/queues/{queue}/tickets: staff of a queue see what waits there."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import create_handler, provide
from shared.queues import QueueReader, QueueRepository, TicketPage

from .query import QueueQuery

router = APIRouter(tags=["queues"])


@router.get("/v1/queues/{queue}/tickets")
async def list_queue(
    queue: str,
    query: Annotated[QueueQuery, Query()],
    queues: Annotated[QueueReader, provide(QueueRepository)],
) -> TicketPage:
    """Return tickets of a queue by key or id; by priority, then longest waiting.

    Every filter goes with every sort. A page looks at so many tickets and no more, so
    it may come short and not be the last: go on while `next_cursor` is not null.
    """
    return queues.page(
        queue, query.selection(), query.cursor, query.limit, count=query.count
    )


handler = create_handler(router)
