"""Making, changing and deleting calendars."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
from shared.sla import (
    CalendarRepository,
    Calendars,
    SlaCalendar,
    SlaCalendarChange,
    SlaCalendarDraft,
)

router = APIRouter()
ProvidedCalendars = Annotated[Calendars, provide(CalendarRepository)]


@router.post("/v1/calendars", status_code=HTTPStatus.CREATED)
async def create_calendar(
    draft: SlaCalendarDraft,
    calendars: ProvidedCalendars,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> SlaCalendar:
    """Create a calendar: working hours by day, in its time zone, and holidays."""
    made = calendars.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/calendars/{made.id}"
    return set_etag(response, made)


@router.patch("/v1/calendars/{calendar}")
async def change_calendar(
    calendar: UUID,
    change: Annotated[SlaCalendarChange, Body(default_factory=SlaCalendarChange)],
    calendars: ProvidedCalendars,
    if_match: IfMatch,
    response: Response,
) -> SlaCalendar:
    """Change a calendar; what is sent is replaced as a whole."""
    changed = if_match.write(
        lambda version: calendars.change(calendar, change, version)
    )
    return set_etag(response, changed)


@router.delete("/v1/calendars/{calendar}")
async def delete_calendar(calendar: UUID, calendars: ProvidedCalendars) -> SlaCalendar:
    """Delete a calendar that no policy uses; return what it was."""
    return calendars.delete(calendar)
