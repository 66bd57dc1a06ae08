"""POST /v1/tickets/claim: whoever is free takes what comes next."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from shared.assignment import Claim, ClaimRepository, TicketClaims
from shared.core.http import IdempotencyKey, create_handler, provide, set_etag
from shared.tickets import Ticket

router = APIRouter(tags=["tickets"])
NOTHING: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NO_CONTENT: {"description": "Nothing is free"}
}


@router.post("/v1/tickets/claim", response_model=Ticket, responses=NOTHING)
async def claim_next_ticket(
    claim: Annotated[Claim, Body(default_factory=Claim)],
    work: Annotated[TicketClaims, provide(ClaimRepository)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Ticket | Response:
    """Take the most urgent, then longest waiting free ticket; 204 when none is free."""
    ticket = work.claim(claim.queue, idempotency_key)
    if ticket is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return set_etag(response, ticket)


handler = create_handler(router)
