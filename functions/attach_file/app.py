"""POST /v1/tickets/{id}/attachments: whoever may comment may bring a file."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import CallersStorage, IdempotencyKey, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.attachments import (
    AnnouncedFile,
    AttachmentRepository,
    Attachments,
    AttachmentState,
    FileDraft,
)

router = APIRouter(tags=["attachments"])


@router.post("/v1/tickets/{ticket}/attachments", status_code=HTTPStatus.CREATED)
async def attach_file(
    ticket: TicketRef,
    draft: FileDraft,
    attachments: Annotated[Attachments, provide(AttachmentRepository)],
    storage: CallersStorage,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> AnnouncedFile:
    """Announce a file, and return where to upload it.

    Then put its id into the `attachments` of a comment. Until then you alone see it, and
    a day later it is deleted.
    """
    file = attachments.announce(ticket, draft, idempotency_key)
    upload_url = None
    if file.state is AttachmentState.ANNOUNCED and file.object_name:
        upload_url = storage.upload(file.object_name)
    response.headers["Location"] = f"/v1/tickets/{file.ticket_id}/attachments/{file.id}"
    return AnnouncedFile(**file.model_dump(), upload_url=upload_url)


handler = create_handler(router)
