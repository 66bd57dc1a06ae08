"""The queues themselves."""

from http import HTTPStatus

from fastapi import APIRouter

from shared.http import IdempotencyKey
from shared.models import Queue
from shared.teams import QueueChange, QueueDraft

from .stores import KeepQueues

router = APIRouter()


@router.post("/v1/queues", status_code=HTTPStatus.CREATED)
async def create_queue(
    draft: QueueDraft, queues: KeepQueues, idempotency_key: IdempotencyKey = None
) -> Queue:
    """Make a queue, which takes tickets at once."""
    return queues.create(draft, idempotency_key)


@router.patch("/v1/queues/{queue}")
async def change_queue(queue: str, change: QueueChange, queues: KeepQueues) -> Queue:
    """Change how a queue shares its work; administrators also rename and archive."""
    return queues.change(queue, change)
