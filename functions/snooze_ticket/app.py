"""PUT and DELETE /v1/tickets/{id}/snooze: staff take a ticket out of the way."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IfMatch, create_handler, provide, set_etag
from shared.tickets import (
    Snooze,
    Ticket,
    TicketRef,
    TicketSnoozeRepository,
    TicketSnoozing,
)

router = APIRouter(tags=["tickets"])
ProvidedSnoozing = Annotated[TicketSnoozing, provide(TicketSnoozeRepository)]


@router.put("/v1/tickets/{ticket}/snooze")
async def put_snooze(
    ticket: TicketRef,
    snooze: Snooze,
    tickets: ProvidedSnoozing,
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Keep a ticket out of its queue until a time, or a reply of its customer.

    It is neither claimed nor assigned meanwhile; service levels do not wait for it.
    409 `ticket-solved` when there is nothing left to do.
    """
    snoozed = if_match.write(lambda version: tickets.snooze(ticket, snooze, version))
    return set_etag(response, snoozed)


@router.delete("/v1/tickets/{ticket}/snooze")
async def delete_snooze(
    ticket: TicketRef,
    tickets: ProvidedSnoozing,
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Bring a snoozed ticket back; nothing happens to any other."""
    woken = if_match.write(lambda version: tickets.unsnooze(ticket, version))
    return set_etag(response, woken)


handler = create_handler(router)
