"""PATCH /v1/tickets/{id}: staff of the queue change what a ticket says of itself."""

from fastapi import APIRouter, Response

from shared.http import ExpectedVersion, create_handler, tag
from shared.models import Ticket, TicketChange, TicketRef

from .stores import UpdateTickets

router = APIRouter(tags=["tickets"])


@router.patch("/v1/tickets/{ticket}")
async def patch_ticket(
    ticket: TicketRef,
    change: TicketChange,
    update: UpdateTickets,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Change subject, type, priority, queue, tags, skills or custom fields."""
    return tag(response, update(ticket, change, version))


handler = create_handler(router)
