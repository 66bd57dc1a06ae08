"""GET /v1/tickets/{id}: whoever may see a ticket reads it."""

from fastapi import APIRouter, Response

from shared.http import ReadTickets, create_handler, tag
from shared.models import Ticket, TicketRef

router = APIRouter(tags=["tickets"])


@router.get("/v1/tickets/{ticket}")
async def get_ticket(
    ticket: TicketRef, tickets: ReadTickets, response: Response
) -> Ticket:
    """Return a ticket by id or number, with its version as ETag."""
    return tag(response, tickets.get(ticket))


handler = create_handler(router)
