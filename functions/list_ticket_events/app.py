"""GET /v1/tickets/{id}/events: whoever sees a ticket sees what happened to it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.events import DomainEvent
from shared.http import ReadTickets, create_handler
from shared.models import Command, TicketRef
from shared.pages import Page

router = APIRouter(tags=["events"])


class EventsQuery(Command):
    """From where to catch up."""

    after: int = Field(
        default=0, ge=0, le=2**31 - 1, description="The last `seq` seen."
    )
    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")


@router.get("/v1/tickets/{ticket}/events")
async def list_ticket_events(
    ticket: TicketRef, query: Annotated[EventsQuery, Query()], tickets: ReadTickets
) -> Page[DomainEvent]:
    """Return events after a `seq`, in order; for the next page, send the last one."""
    return tickets.events(ticket, query.after, query.limit)


handler = create_handler(router)
