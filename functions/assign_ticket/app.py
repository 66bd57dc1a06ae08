"""PUT and DELETE /v1/tickets/{id}/assignee: staff of the queue take and hand on."""

from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import ExpectedVersion, create_handler, provide, set_etag
from shared.tickets import Assignment, Ticket, TicketRef, TicketRepository, TicketWriter

router = APIRouter(tags=["tickets"])
ProvidedTicketWriter = Annotated[TicketWriter, provide(TicketRepository)]


@router.put("/v1/tickets/{ticket}/assignee")
async def put_assignee(
    ticket: TicketRef,
    assignment: Assignment,
    tickets: ProvidedTicketWriter,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Give a ticket to somebody who works its queue; a new one becomes open.

    409 `already-taken` names who has a ticket that you would take.
    """
    return set_etag(response, tickets.assign(ticket, assignment.assignee, version))


@router.delete("/v1/tickets/{ticket}/assignee")
async def delete_assignee(
    ticket: TicketRef,
    tickets: ProvidedTicketWriter,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Put a ticket back into its queue."""
    return set_etag(response, tickets.release(ticket, version))


handler = create_handler(router)
