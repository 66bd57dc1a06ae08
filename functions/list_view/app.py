"""GET /v1/views/{view}/tickets: staff see the tickets of a view, each their own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import PageQuery, create_handler, provide
from shared.queues import QueueReader, QueueRepository, TicketPage

router = APIRouter(tags=["views"])


class ViewQuery(PageQuery):
    """Which page of the view."""

    count: bool = Field(default=False, description="Also say how many there are.")


@router.get("/v1/views/{view}/tickets")
async def list_view(
    view: UUID,
    query: Annotated[ViewQuery, Query()],
    queues: Annotated[QueueReader, provide(QueueRepository)],
) -> TicketPage:
    """Return the tickets of a view that I may see, in its order.

    A page looks at so many tickets and no more, so it may come short and not be the
    last: go on while `next_cursor` is not null.
    """
    return queues.view(view, query.cursor, query.limit, count=query.count)


handler = create_handler(router)
