"""PATCH /v1/tickets/{id}/status: staff of the queue move a ticket one allowed step."""

from fastapi import APIRouter, Response

from shared.http import ExpectedVersion, WriteTickets, create_handler, tag
from shared.models import StatusChange, Ticket, TicketRef

router = APIRouter(tags=["tickets"])


@router.patch("/v1/tickets/{ticket}/status")
async def patch_status(
    ticket: TicketRef,
    change: StatusChange,
    tickets: WriteTickets,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Move a ticket to another status; 409 says which steps there are."""
    return tag(response, tickets.change_status(ticket, change, version))


handler = create_handler(router)
