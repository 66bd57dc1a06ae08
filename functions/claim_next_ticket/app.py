"""POST /v1/tickets/claim: whoever is free takes what comes next."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from shared.http import IdempotencyKey, create_handler, tag
from shared.models import Ticket
from shared.teams import Claim

from .stores import TakeWork

router = APIRouter(tags=["tickets"])
NOTHING: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NO_CONTENT: {"description": "Nothing is free"}
}


@router.post("/v1/tickets/claim", response_model=Ticket, responses=NOTHING)
async def claim_next_ticket(
    claim: Claim,
    work: TakeWork,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Ticket | Response:
    """Take the most urgent, then longest waiting free ticket; 204 when none is free."""
    ticket = work.claim(claim.queue, idempotency_key)
    if ticket is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return tag(response, ticket)


handler = create_handler(router)
