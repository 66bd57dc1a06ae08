"""POST /v1/tickets: whoever may open tickets asks for help."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IdempotencyKey, create_handler, provide, set_etag
from shared.tickets import Ticket, TicketDraft, TicketRepository, TicketWriter

router = APIRouter(tags=["tickets"])


@router.post("/v1/tickets", status_code=HTTPStatus.CREATED)
async def post_ticket(
    draft: TicketDraft,
    tickets: Annotated[TicketWriter, provide(TicketRepository)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Ticket:
    """Open a ticket and return it as stored."""
    ticket = tickets.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return set_etag(response, ticket)


handler = create_handler(router)
