"""Parked events: `events.manage` sees what failed, and has it tried again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.feed import EventRetry, ParkedEvent
from shared.http import IdempotencyKey, PageQuery, create_handler
from shared.pages import Page

from .stores import KeepParkedEvents

router = APIRouter(tags=["events"])


@router.get("/v1/parked-events")
async def list_parked_events(
    query: Annotated[PageQuery, Query()], events: KeepParkedEvents
) -> Page[ParkedEvent]:
    """Return events that were put aside after their last attempt, oldest first."""
    return events.page(query.cursor, query.limit)


@router.post("/v1/parked-events/{event}/retry")
async def retry_parked_event(
    event: UUID, events: KeepParkedEvents, idempotency_key: IdempotencyKey = None
) -> EventRetry:
    """Have an event tried again, from the first attempt on, within a minute."""
    return events.retry(event, idempotency_key)


handler = create_handler(router)
