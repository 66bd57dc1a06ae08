"""The queues themselves."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, provide
from shared.queues import Queue
from shared.queues.administration import (
    QueueAdministration,
    QueueChange,
    QueueDraft,
    QueueWriter,
)

router = APIRouter()
ProvidedQueueWriter = Annotated[QueueWriter, provide(QueueAdministration)]


@router.post("/v1/queues", status_code=HTTPStatus.CREATED)
async def create_queue(
    draft: QueueDraft,
    queues: ProvidedQueueWriter,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Queue:
    """Make a queue, which takes tickets at once."""
    made = queues.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/queues/{made.id}/tickets"
    return made


@router.patch("/v1/queues/{queue}")
async def change_queue(
    queue: str,
    change: Annotated[QueueChange, Body(default_factory=QueueChange)],
    queues: ProvidedQueueWriter,
) -> Queue:
    """Change how a queue shares its work; administrators also rename and archive."""
    return queues.change(queue, change)
