"""POST /v1/tickets/{id}/attachments/{attachment}/redaction: a file must not stay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.attachments import Attachment, AttachmentRepository, Attachments

router = APIRouter(tags=["attachments"])


@router.post("/v1/tickets/{ticket}/attachments/{attachment}/redaction")
async def redact_attachment(
    ticket: TicketRef,
    attachment: UUID,
    attachments: Annotated[Attachments, provide(AttachmentRepository)],
    idempotency_key: IdempotencyKey = None,
) -> Attachment:
    """Delete a file for good, and blank its name in every copy; the comment stays."""
    file = attachments.redact(ticket, attachment, idempotency_key)
    return Attachment(**file.model_dump(include=set(Attachment.model_fields)))


handler = create_handler(router)
