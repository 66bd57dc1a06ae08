"""Reading calendars."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import provide, set_etag
from shared.core.types import Page
from shared.sla import CalendarRepository, Calendars, SlaCalendar

router = APIRouter()
ProvidedCalendars = Annotated[Calendars, provide(CalendarRepository)]


@router.get("/v1/calendars")
async def list_calendars(calendars: ProvidedCalendars) -> Page[SlaCalendar]:
    """Return every calendar, by name."""
    return Page(items=calendars.all(), next_cursor=None)


@router.get("/v1/calendars/{calendar}")
async def get_calendar(
    calendar: UUID, calendars: ProvidedCalendars, response: Response
) -> SlaCalendar:
    """Return a calendar."""
    return set_etag(response, calendars.get(calendar))
