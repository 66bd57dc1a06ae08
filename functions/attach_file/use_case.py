"""Announcing a file, and signing where it is to be uploaded."""

from shared.core.persistence import SignedAddresses
from shared.tickets import TicketRef
from shared.tickets.attachments import (
    AnnouncedFile,
    Attachments,
    AttachmentState,
    FileDraft,
)


class FileAnnouncer:
    """Announces files; the database decides first, and Storage's policies after it."""

    def __init__(self, attachments: Attachments, addresses: SignedAddresses) -> None:
        self._attachments = attachments
        self._addresses = addresses

    def announce(
        self, ticket: TicketRef, draft: FileDraft, key: str | None
    ) -> AnnouncedFile:
        """Announce a file once a key; sent again it has a new address, or none."""
        file = self._attachments.announce(ticket, draft, key)
        upload_url = None
        if file.state is AttachmentState.ANNOUNCED and file.object_name:
            upload_url = self._addresses.upload(file.object_name)
        return AnnouncedFile(**file.model_dump(), upload_url=upload_url)
