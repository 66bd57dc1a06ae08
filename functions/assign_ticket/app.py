"""PUT and DELETE /v1/tickets/{id}/assignee: staff of the queue take and hand on."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IfMatch, create_handler, provide, set_etag
from shared.tickets import Assignment, Ticket, TicketRef, TicketRepository, TicketWriter

router = APIRouter(tags=["tickets"])
ProvidedTicketWriter = Annotated[TicketWriter, provide(TicketRepository)]


@router.put("/v1/tickets/{ticket}/assignee")
async def put_assignee(
    ticket: TicketRef,
    assignment: Assignment,
    tickets: ProvidedTicketWriter,
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Give a ticket to somebody who works its queue; a new one becomes open.

    409 `already-taken` names who has a ticket that you would take.
    """
    assigned = if_match.write(
        lambda version: tickets.assign(ticket, assignment.assignee, version)
    )
    return set_etag(response, assigned)


@router.delete("/v1/tickets/{ticket}/assignee")
async def delete_assignee(
    ticket: TicketRef,
    tickets: ProvidedTicketWriter,
    if_match: IfMatch,
    response: Response,
) -> Ticket:
    """Put a ticket back into its queue."""
    released = if_match.write(lambda version: tickets.release(ticket, version))
    return set_etag(response, released)


handler = create_handler(router)
