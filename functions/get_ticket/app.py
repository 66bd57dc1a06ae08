"""GET /v1/tickets/{id}: whoever may see a ticket reads it."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response

from shared.core.http import IfNoneMatch, create_handler, is_known, provide, set_etag
from shared.tickets import Ticket, TicketReader, TicketRef, TicketRepository

router = APIRouter(tags=["tickets"])
KNOWN: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_MODIFIED: {"description": "You have it: If-None-Match names it"}
}


@router.get("/v1/tickets/{ticket}", response_model=Ticket, responses=KNOWN)
async def get_ticket(
    ticket: TicketRef,
    tickets: Annotated[TicketReader, provide(TicketRepository)],
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Ticket | Response:
    """Return a ticket by id or number, with its version as ETag.

    `unread` and the names of people may change while the version does not.
    """
    found = set_etag(response, tickets.get(ticket))
    if is_known(response, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=response.headers)
    return found


handler = create_handler(router)
