"""PATCH /v1/tickets/{id}: staff of the queue change what a ticket says of itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shared.core.http import ExpectedVersion, create_handler, provide, set_etag
from shared.tickets import (
    Ticket,
    TicketChange,
    TicketRef,
    TicketRepository,
)

from .use_case import TicketUpdate

router = APIRouter(tags=["tickets"])


async def get_update(
    tickets: Annotated[TicketRepository, provide(TicketRepository)],
) -> TicketUpdate:
    """Wire the use case over the tickets of the caller."""
    return TicketUpdate(tickets, tickets)


@router.patch("/v1/tickets/{ticket}")
async def patch_ticket(
    ticket: TicketRef,
    change: TicketChange,
    update: Annotated[TicketUpdate, Depends(get_update)],
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Change subject, type, priority, queue, tags, skills or custom fields."""
    return set_etag(response, update(ticket, change, version))


handler = create_handler(router)
