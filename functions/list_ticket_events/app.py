"""GET /v1/tickets/{id}/events: whoever sees a ticket sees what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.events import DomainEvent
from shared.http import EventsQuery, ReadTickets, create_handler
from shared.models import TicketRef
from shared.pages import Page

router = APIRouter(tags=["events"])


@router.get("/v1/tickets/{ticket}/events")
async def list_ticket_events(
    ticket: TicketRef, query: Annotated[EventsQuery, Query()], tickets: ReadTickets
) -> Page[DomainEvent]:
    """Return events after a `seq`, in order; for the next page, send the last one."""
    return tickets.events(ticket, query.after, query.limit)


handler = create_handler(router)
