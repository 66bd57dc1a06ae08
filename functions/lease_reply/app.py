"""GET, PUT and DELETE /v1/tickets/{id}/lease: one of the staff answers at a time."""

from typing import Annotated

from fastapi import APIRouter, Body

from shared.core.http import create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.comments import (
    LeaseClaim,
    ReplyLease,
    ReplyLeaseRepository,
    ReplyLeases,
)

router = APIRouter(tags=["comments"])
ProvidedReplyLeases = Annotated[ReplyLeases, provide(ReplyLeaseRepository)]


@router.get("/v1/tickets/{ticket}/lease")
async def get_lease(ticket: TicketRef, leases: ProvidedReplyLeases) -> ReplyLease:
    """Return who is answering a ticket, and until when."""
    return leases.read(ticket)


@router.put("/v1/tickets/{ticket}/lease")
async def put_lease(
    ticket: TicketRef,
    claim: Annotated[LeaseClaim, Body(default_factory=LeaseClaim)],
    leases: ProvidedReplyLeases,
) -> ReplyLease:
    """Hold a ticket for your reply; again while you write, because it ends by itself.

    While somebody else holds it: 409 says who, and until when at least. A lease is
    taken over explicitly, and that is recorded.
    """
    return leases.hold(ticket, claim)


@router.delete("/v1/tickets/{ticket}/lease")
async def delete_lease(ticket: TicketRef, leases: ProvidedReplyLeases) -> ReplyLease:
    """End your lease of a ticket; that of somebody else stays."""
    return leases.release(ticket)


handler = create_handler(router)
