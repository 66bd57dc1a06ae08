"""GET /v1/tickets/{id}: whoever may see a ticket reads it."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import create_handler, provide, set_etag
from shared.tickets import Ticket, TicketReader, TicketRef, TicketRepository

router = APIRouter(tags=["tickets"])


@router.get("/v1/tickets/{ticket}")
async def get_ticket(
    ticket: TicketRef,
    tickets: Annotated[TicketReader, provide(TicketRepository)],
    response: Response,
) -> Ticket:
    """Return a ticket by id or number, with its version as ETag."""
    return set_etag(response, tickets.get(ticket))


handler = create_handler(router)
