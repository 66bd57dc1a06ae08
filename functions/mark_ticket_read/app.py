"""PUT /v1/tickets/{id}/read-marker: people record how far they have read a ticket."""

from typing import Annotated

from fastapi import APIRouter, Body

from shared.core.http import create_handler, provide
from shared.tickets import (
    ReadMarker,
    ReadMarkerChange,
    ReadMarkerRepository,
    ReadMarkers,
    TicketRef,
)

router = APIRouter(tags=["tickets"])


@router.put("/v1/tickets/{ticket}/read-marker")
async def mark_ticket_read(
    ticket: TicketRef,
    change: Annotated[ReadMarkerChange, Body(default_factory=ReadMarkerChange)],
    markers: Annotated[ReadMarkers, provide(ReadMarkerRepository)],
) -> ReadMarker:
    """Record that I have read what happened, up to a `seq` or all of it."""
    return markers.set(ticket, change)


handler = create_handler(router)
