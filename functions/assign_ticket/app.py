"""PUT and DELETE /v1/tickets/{id}/assignee: staff of the queue take and hand on."""

from fastapi import APIRouter, Response

from shared.http import ExpectedVersion, WriteTickets, create_handler, tag
from shared.models import Assignment, Ticket, TicketRef

router = APIRouter(tags=["tickets"])


@router.put("/v1/tickets/{ticket}/assignee")
async def put_assignee(
    ticket: TicketRef,
    assignment: Assignment,
    tickets: WriteTickets,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Give a ticket to somebody who works its queue."""
    return tag(response, tickets.assign(ticket, assignment.assignee, version))


@router.delete("/v1/tickets/{ticket}/assignee")
async def delete_assignee(
    ticket: TicketRef,
    tickets: WriteTickets,
    version: ExpectedVersion,
    response: Response,
) -> Ticket:
    """Put a ticket back into its queue."""
    return tag(response, tickets.release(ticket, version))


handler = create_handler(router)
