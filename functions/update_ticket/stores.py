"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.http import ReadTickets, WriteTickets

from .use_case import TicketUpdate


async def get_update(reader: ReadTickets, writer: WriteTickets) -> TicketUpdate:
    """Changes to tickets that the caller may see and change."""
    return TicketUpdate(reader, writer)


UpdateTickets = Annotated[TicketUpdate, Depends(get_update)]
