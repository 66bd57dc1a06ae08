"""PATCH /v1/tickets/{id}: staff of the queue change what a ticket says of itself."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IfMatch, create_handler, provide, set_etag
from shared.tickets import (
    Ticket,
    TicketChange,
    TicketRef,
    TicketRepository,
    TicketWriter,
)

router = APIRouter(tags=["tickets"])


@router.patch("/v1/tickets/{ticket}")
async def patch_ticket(
    ticket: TicketRef,
    change: TicketChange,
    tickets: Annotated[TicketWriter, provide(TicketRepository)],
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Change subject, type, priority, queue, tags, skills or custom fields."""
    changed = if_match.write(lambda version: tickets.update(ticket, change, version))
    return set_etag(response, changed)


handler = create_handler(router)
