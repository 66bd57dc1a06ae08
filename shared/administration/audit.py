"""The audit: who changed what about the desk, read from the database."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import Field, JsonValue
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import BigPosition, Model, Page, decode_sort_key, read_page


class AuditAction(StrEnum):
    """What happened to something."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class AuditEntry(Model):
    """A change of something that administrators manage."""

    id: str
    occurred_at: datetime
    actor_id: UUID | None = Field(description="Who did it; null for the system.")
    actor_name: str | None = Field(
        description="What they are called now; null when they were erased."
    )
    kind: str = Field(
        description="What kind of thing was changed.", examples=["person_role"]
    )
    action: AuditAction
    subject: dict[str, JsonValue] = Field(
        description="The ids and keys of what was changed."
    )
    changed: list[str] = Field(
        description="What a change changed; also what is recorded without its values,"
        " such as names and secrets."
    )
    before: dict[str, JsonValue] | None = Field(
        description="Values before; null for what was created."
    )
    after: dict[str, JsonValue] | None = Field(
        description="Values after; null for what was deleted."
    )
    names: dict[str, str] = Field(
        description="By id, what people, queues and organizations in it are called now."
    )
    correlation_id: str | None = Field(description="The request that did it.")


class Audit(Protocol):
    """Reading the audit."""

    def find(
        self, actor: UUID | None, subject: str | None, cursor: str | None, size: int
    ) -> Page[AuditEntry]:
        """Return entries, the newest first, or raise `Denied`."""
        ...


class AuditRepository(Audit):
    """The audit over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(
        self, actor: UUID | None, subject: str | None, cursor: str | None, size: int
    ) -> Page[AuditEntry]:
        arguments = {
            "actor": actor and str(actor),
            "subject": subject,
            "after": decode_sort_key(cursor, tuple[BigPosition]),
            "page_size": size,
        }
        answer = self._database.call("list_audit", arguments)
        return read_page(answer, AuditEntry.model_validate)
