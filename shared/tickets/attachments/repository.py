"""Files of comments over PostgREST."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.tickets import TicketRef

from .models import FileDraft, StoredFile


class Attachments(Protocol):
    """The files of tickets. Every method may raise `NotFound`."""

    def announce(
        self, ticket: TicketRef, file: FileDraft, key: str | None
    ) -> StoredFile:
        """Announce a file once a key; raise `Invalid`, `TooMany`."""
        ...

    def get(self, ticket: TicketRef, attachment: UUID) -> StoredFile:
        """Return a file that the caller may see."""
        ...

    def redact(
        self, ticket: TicketRef, attachment: UUID, key: str | None
    ) -> StoredFile:
        """Redact a file, its name and its bytes; raise `Denied`."""
        ...


class AttachmentRepository(Attachments):
    """Files as the caller may see and attach them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def announce(
        self, ticket: TicketRef, file: FileDraft, key: str | None
    ) -> StoredFile:
        arguments = {"ticket": ticket, "idempotency_key": key, **file.model_dump()}
        return self._read("attach_file", arguments)

    @override
    def get(self, ticket: TicketRef, attachment: UUID) -> StoredFile:
        arguments = {"ticket": ticket, "attachment": str(attachment)}
        return self._read("get_attachment", arguments)

    @override
    def redact(
        self, ticket: TicketRef, attachment: UUID, key: str | None
    ) -> StoredFile:
        arguments = {
            "ticket": ticket,
            "attachment": str(attachment),
            "idempotency_key": key,
        }
        return self._read("redact_attachment", arguments)

    def _read(self, function: str, arguments: Mapping[str, object]) -> StoredFile:
        return StoredFile.model_validate(self._database.call(function, arguments))
