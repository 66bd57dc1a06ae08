"""PATCH /v1/tickets/{id}/status: staff of the queue move a ticket one allowed step."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IfMatch, create_handler, provide, set_etag
from shared.tickets import (
    StatusChange,
    Ticket,
    TicketRef,
    TicketRepository,
    TicketWriter,
)

router = APIRouter(tags=["tickets"])


@router.patch("/v1/tickets/{ticket}/status")
async def patch_status(
    ticket: TicketRef,
    change: StatusChange,
    tickets: Annotated[TicketWriter, provide(TicketRepository)],
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Move a ticket to another status, or give another reason for the one it has.

    409 says which steps there are. Without a reason, the same status changes nothing.
    """
    changed = if_match.write(
        lambda version: tickets.change_status(ticket, change, version)
    )
    return set_etag(response, changed)


handler = create_handler(router)
