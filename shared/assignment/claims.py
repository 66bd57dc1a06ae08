"""Claiming: an agent takes the next free ticket."""

from typing import Protocol

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Command, Storable
from shared.tickets import Ticket


class Claim(Command):
    """From which queue to claim."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"queue": "billing"}]})

    queue: Storable | None = Field(
        default=None,
        description="Key or id; left out, whichever of my queues has the first.",
    )


class TicketClaims(Protocol):
    """Claiming the next free ticket."""

    def claim(self, queue: str | None, key: str | None) -> Ticket | None:
        """Claim the next free ticket, once a key; None when nothing is free.

        Raises:
            NotFound: no such queue.
            Denied: the caller is no member of it.
            Conflict: the caller is away, or at capacity.
        """
        ...


class ClaimRepository(TicketClaims):
    """Claims over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self, queue: str | None, key: str | None) -> Ticket | None:
        arguments = {"queue": queue, "idempotency_key": key}
        rows = self._database.call("claim_next_ticket", arguments)
        return Ticket.model_validate(rows[0]) if rows else None
