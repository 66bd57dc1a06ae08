"""GET /v1/queues/{queue}/tickets: staff of a queue see what waits there."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.http import Commas, PageQuery, ReadQueues, StatusList, create_handler
from shared.models import (
    Line,
    QueueFilter,
    QueueSort,
    Ticket,
    TicketPriority,
    TicketType,
)
from shared.pages import Page

router = APIRouter(tags=["queues"])


class QueueQuery(PageQuery):
    """Which tickets of the queue, in which order; nothing is left out unasked."""

    status: StatusList | None = Field(default=None, examples=[["new", "open"]])
    priority: Annotated[list[TicketPriority], Commas] | None = None
    type: Annotated[list[TicketType], Commas] | None = None
    assignee: Literal["me", "none"] | UUID | None = None
    tag: Annotated[Line, Field(max_length=50)] | None = None
    sort: QueueSort = QueueSort.PRIORITY


@router.get("/v1/queues/{queue}/tickets")
async def list_queue(
    queue: str, query: Annotated[QueueQuery, Query()], queues: ReadQueues
) -> Page[Ticket]:
    """Return tickets of a queue by key or id; by priority, then longest waiting."""
    wanted = QueueFilter(
        statuses=query.status,
        priorities=query.priority,
        types=query.type,
        assignee=query.assignee,
        tag=query.tag,
    )
    return queues.page(queue, wanted, query.sort, query.cursor, query.limit)


handler = create_handler(router)
