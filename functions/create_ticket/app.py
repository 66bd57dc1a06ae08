"""POST /v1/tickets: whoever may open tickets asks for help."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from shared.http import IdempotencyKey, WriteTickets, create_handler, tag
from shared.models import Ticket, TicketDraft

from .use_case import create_ticket

router = APIRouter(tags=["tickets"])


@router.post("/v1/tickets", status_code=HTTPStatus.CREATED)
async def post_ticket(
    draft: TicketDraft,
    tickets: WriteTickets,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Ticket:
    """Open a ticket and return it as stored."""
    ticket = create_ticket(draft, tickets, idempotency_key)
    response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return tag(response, ticket)


handler = create_handler(router)
