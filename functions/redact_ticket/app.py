"""POST /v1/tickets/{id}/redaction: a text that must not stay goes, wherever it is."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.tickets import (
    Redaction,
    TextToRedact,
    TicketRedaction,
    TicketRedactionRepository,
    TicketRef,
)

router = APIRouter(tags=["tickets"])


@router.post("/v1/tickets/{ticket}/redaction")
async def redact_ticket(
    ticket: TicketRef,
    redaction: TextToRedact,
    tickets: Annotated[TicketRedaction, provide(TicketRedactionRepository)],
    idempotency_key: IdempotencyKey = None,
) -> Redaction:
    """Take a text out of a ticket for good: each occurrence, also on a closed one.

    Subject, reason, fields, tags, comments, history and follow-ups, and every copy that
    is kept of them. What has left, as email or to webhooks, is beyond reach.
    """
    return tickets.redact(ticket, redaction.text, idempotency_key)


handler = create_handler(router)
