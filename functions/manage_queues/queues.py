"""The queues themselves."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
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
    return set_etag(response, made)


@router.get("/v1/queues/{queue}")
async def get_queue(
    queue: str, queues: ProvidedQueueWriter, response: Response
) -> Queue:
    """Return a queue, an archived one too, with its version as ETag.

    Its counts change while the version does not.
    """
    return set_etag(response, queues.get(queue))


@router.patch("/v1/queues/{queue}")
async def change_queue(
    queue: str,
    change: Annotated[QueueChange, Body(default_factory=QueueChange)],
    queues: ProvidedQueueWriter,
    if_match: IfMatch,
    response: Response,
) -> Queue:
    """Change how a queue shares its work.

    Administrators also rename it, archive it and bring it back, and open it to
    customers or close it.
    """
    changed = if_match.write(lambda version: queues.change(queue, change, version))
    return set_etag(response, changed)
