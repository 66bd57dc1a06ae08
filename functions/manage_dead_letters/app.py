"""Dead letters: whoever has `events.manage` sees what failed, and retries it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.core.http import IdempotencyKey, PageQuery, create_handler, provide
from shared.core.types import Page
from shared.outbox import DeadLetter, DeadLetterRepository, DeadLetters, EventRetry

router = APIRouter(tags=["events"])
ProvidedDeadLetters = Annotated[DeadLetters, provide(DeadLetterRepository)]


@router.get("/v1/dead-letters")
async def list_dead_letters(
    query: Annotated[PageQuery, Query()], dead_letters: ProvidedDeadLetters
) -> Page[DeadLetter]:
    """Return events whose reactions failed at every attempt, oldest first."""
    return dead_letters.page(query.cursor, query.limit)


@router.post("/v1/dead-letters/{event}/retry")
async def retry_dead_letter(
    event: UUID,
    dead_letters: ProvidedDeadLetters,
    idempotency_key: IdempotencyKey = None,
) -> EventRetry:
    """Retry an event, from the first attempt on, within a minute."""
    return dead_letters.retry(event, idempotency_key)


handler = create_handler(router)
