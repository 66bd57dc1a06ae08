"""PUT /v1/queues/{queue}/wait-limit: a lead says what is too long to wait."""

from fastapi import APIRouter

from shared.http import create_handler
from shared.models import WaitLimit

from .stores import KeepLimits

router = APIRouter(tags=["queues"])


@router.put("/v1/queues/{queue}/wait-limit")
async def set_wait_limit(queue: str, limit: WaitLimit, limits: KeepLimits) -> WaitLimit:
    """Say after how many minutes a ticket that waits for an agent is breaching."""
    return limits.limit(queue, limit)


handler = create_handler(router)
