"""GET /v1/tickets/{id}/attachments/{attachment}: a file for who reads its comment."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.core.http import CallersStorage, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.attachments import (
    AttachmentRepository,
    Attachments,
    AttachmentState,
    DownloadableFile,
    StoredFile,
)

SHOWN = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}
"""What browsers may show: images in which no script can be."""

router = APIRouter(tags=["attachments"])


@router.get("/v1/tickets/{ticket}/attachments/{attachment}")
async def get_attachment(
    ticket: TicketRef,
    attachment: UUID,
    attachments: Annotated[Attachments, provide(AttachmentRepository)],
    storage: CallersStorage,
) -> DownloadableFile:
    """Return a file, and where to download it, for a minute, once it has passed.

    Images may be shown in a page; browsers save everything else.
    """
    file = attachments.get(ticket, attachment)
    download_url = None
    if file.state is AttachmentState.READY and file.object_name:
        download_url = storage.download(file.object_name, save_as(file))
    return DownloadableFile(**file.model_dump(), download_url=download_url)


def save_as(file: StoredFile) -> str | None:
    """Return the name to save a file under, or None for what browsers may show."""
    return None if file.content_type in SHOWN else file.name


handler = create_handler(router)
