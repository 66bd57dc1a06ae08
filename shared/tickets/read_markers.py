"""Read markers: how far somebody has read the events of a ticket."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Command, Model, StrictInt

from .models import TicketRef


class ReadMarkerChange(Command):
    """Up to which event (`seq`) the caller has read; left out, all of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seq": 4}]})

    seq: StrictInt | None = Field(default=None, ge=0, le=2**31 - 1)


class ReadMarker(Model):
    """Up to which event somebody has read a ticket; it only moves forward."""

    ticket_id: UUID
    seq: int
    looked_at: datetime


class ReadMarkers(Protocol):
    """Remembering how far people have read."""

    def set(self, ticket: TicketRef, change: ReadMarkerChange) -> ReadMarker:
        """Move the caller's read marker forward, or raise `NotFound`."""
        ...


class ReadMarkerRepository(ReadMarkers):
    """Read markers over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def set(self, ticket: TicketRef, change: ReadMarkerChange) -> ReadMarker:
        arguments = {"ticket": ticket, "seq": change.seq}
        row = self._database.call("mark_ticket_read", arguments)
        return ReadMarker.model_validate(row)
