"""GET /v1/tickets/{id}: whoever may see a ticket reads it."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from shared.core.http import (
    IfNoneMatch,
    create_handler,
    is_known,
    provide,
    set_etag,
)
from shared.ticket_details import (
    TicketDetail,
    TicketDetailReader,
    TicketDetailRepository,
)
from shared.tickets import TicketRef

from .query import TicketQuery

router = APIRouter(tags=["tickets"])
KNOWN: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_MODIFIED: {"description": "You have it: If-None-Match names it"}
}


@router.get("/v1/tickets/{ticket}", response_model=TicketDetail, responses=KNOWN)
async def get_ticket(
    ticket: TicketRef,
    query: Annotated[TicketQuery, Query()],
    tickets: Annotated[TicketDetailReader, provide(TicketDetailRepository)],
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> TicketDetail | Response:
    """Return a ticket by id or number, with its version as ETag.

    What is included is in the ETag too, which `If-Match` takes as well. `unread` and
    the names of people in the ticket may change while the version does not.

    With `at`, the ticket is as it was then; before it was opened there is none: 404.
    """
    if query.at is None:
        found = tickets.get(ticket, query.include)
    else:
        found = tickets.at(ticket, query.at)
    set_etag(response, found, found.digest())
    if is_known(response, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=response.headers)
    return found


handler = create_handler(router)
