"""Redacting a text of a ticket."""

from typing import Annotated, Protocol
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Command, LongText, Model

from .models import TicketRef


class TextToRedact(Command):
    """A text that must not stay, as it was written."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "4111 1111 1111 1111"}]}
    )

    text: Annotated[LongText, Field(max_length=1000, repr=False)]


class Redaction(Model):
    """What a redaction has changed."""

    ticket_id: UUID
    places: int = Field(
        description="How many comments and events held the text, and the ticket itself."
    )


class TicketRedaction(Protocol):
    """Taking text out of tickets."""

    def redact(self, ticket: TicketRef, text: str, key: str | None) -> Redaction:
        """Redact a text wherever it is; raise `NotFound`, `Denied`, `Invalid`."""
        ...


class TicketRedactionRepository(TicketRedaction):
    """Redaction over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def redact(self, ticket: TicketRef, text: str, key: str | None) -> Redaction:
        arguments = {"ticket": ticket, "redacted_text": text, "idempotency_key": key}
        row = self._database.call("redact_ticket", arguments)
        return Redaction.model_validate(row)
