"""POST /v1/tickets/{id}/attachments: whoever may comment may bring a file."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shared.core.http import (
    CallersDatabase,
    CallersStorage,
    IdempotencyKey,
    create_handler,
)
from shared.tickets import TicketRef
from shared.tickets.attachments import AnnouncedFile, AttachmentRepository, FileDraft

from .use_case import FileAnnouncer

router = APIRouter(tags=["attachments"])


async def get_announcer(
    database: CallersDatabase, storage: CallersStorage
) -> FileAnnouncer:
    """Return what announces files as the caller."""
    return FileAnnouncer(AttachmentRepository(database), storage)


@router.post("/v1/tickets/{ticket}/attachments", status_code=HTTPStatus.CREATED)
async def attach_file(
    ticket: TicketRef,
    draft: FileDraft,
    announcer: Annotated[FileAnnouncer, Depends(get_announcer)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> AnnouncedFile:
    """Announce a file, and return where to upload it.

    Then put its id into the `attachments` of a comment. Until then you alone see it,
    and a day later it is deleted.
    """
    file = announcer.announce(ticket, draft, idempotency_key)
    response.headers["Location"] = f"/v1/tickets/{file.ticket_id}/attachments/{file.id}"
    return file


handler = create_handler(router)
