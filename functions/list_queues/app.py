"""GET /v1/queues: staff see the queues they may read, customers those open to them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import create_handler, provide
from shared.core.types import Command
from shared.queues import QueueList, QueueReader, QueueRepository

router = APIRouter(tags=["queues"])


class QueuesQuery(Command):
    """Which queues."""

    archived: bool = Field(
        default=False, description="The archived ones instead; for staff."
    )


@router.get("/v1/queues")
async def list_queues(
    query: Annotated[QueuesQuery, Query()],
    queues: Annotated[QueueReader, provide(QueueRepository)],
) -> QueueList:
    """Return every queue I may read, with tickets by status category.

    Customers get the queues in which they may open tickets, without counts.
    """
    found = queues.overview(archived=query.archived)
    return QueueList(items=found, next_cursor=None)


handler = create_handler(router)
