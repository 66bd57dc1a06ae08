"""GET /v1/tickets/{id}/events: whoever sees a ticket sees what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.events import DomainEvent
from shared.core.http import EventsQuery, create_handler, provide
from shared.core.types import Page
from shared.tickets import TicketReader, TicketRef, TicketRepository

router = APIRouter(tags=["events"])


@router.get("/v1/tickets/{ticket}/events")
async def list_ticket_events(
    ticket: TicketRef,
    query: Annotated[EventsQuery, Query()],
    tickets: Annotated[TicketReader, provide(TicketRepository)],
) -> Page[DomainEvent]:
    """Return events after a `seq`, in order, or the newest first.

    For the next page send `next_cursor`, a `seq`, as `after`; with `sort=newest`, as
    `before`. To catch up later, send the last `seq` seen as `after`.
    """
    return tickets.events(ticket, query.page(query.before))


handler = create_handler(router)
