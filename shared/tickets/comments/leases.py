"""Reply leases: which agent is answering a ticket."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Command, Model, StrictBool
from shared.tickets import TicketRef


class LeaseClaim(Command):
    """To be the one who answers, for as long as one says so again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"take_over": False}]})

    take_over: StrictBool = Field(
        default=False, description="Also from somebody else; that is recorded."
    )


class ReplyLease(Model):
    """Who is answering a ticket, and until when; nulls when nobody is."""

    ticket_id: UUID
    person_id: UUID | None
    person_name: str | None
    expires_at: datetime | None


class ReplyLeases(Protocol):
    """Holding a ticket for one's reply. Each method is one round trip.

    Every method may raise `Unauthenticated`, `Unavailable`, `NotFound` and `Denied`.
    """

    def read(self, ticket: TicketRef) -> ReplyLease:
        """Return who is answering."""
        ...

    def hold(self, ticket: TicketRef, claim: LeaseClaim) -> ReplyLease:
        """Hold it, or go on holding it; raise `Conflict` while somebody else does."""
        ...

    def release(self, ticket: TicketRef) -> ReplyLease:
        """End the caller's lease, if there is one; return what is left."""
        ...


class ReplyLeaseRepository(ReplyLeases):
    """Reply leases over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def read(self, ticket: TicketRef) -> ReplyLease:
        return self._ask("get_reply_lease", ticket)

    @override
    def hold(self, ticket: TicketRef, claim: LeaseClaim) -> ReplyLease:
        return self._ask("lease_reply", ticket, take_over=claim.take_over)

    @override
    def release(self, ticket: TicketRef) -> ReplyLease:
        return self._ask("release_reply", ticket)

    def _ask(self, function: str, ticket: TicketRef, **given: bool) -> ReplyLease:
        row = self._database.call(function, {"ticket": ticket, **given})
        return ReplyLease.model_validate(row)
