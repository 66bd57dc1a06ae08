"""POST /v1/tickets/{id}/look: whoever sees a ticket says how far they have read."""

from fastapi import APIRouter

from shared.http import IdempotencyKey, create_handler
from shared.models import Look, Looked, TicketRef

from .stores import RememberLooks

router = APIRouter(tags=["tickets"])


@router.post("/v1/tickets/{ticket}/look")
async def look_at_ticket(
    ticket: TicketRef,
    look: Look,
    looks: RememberLooks,
    idempotency_key: IdempotencyKey = None,
) -> Looked:
    """Remember that I have seen what happened, up to a `seq` or all of it."""
    return looks.look(ticket, look, idempotency_key)


handler = create_handler(router)
