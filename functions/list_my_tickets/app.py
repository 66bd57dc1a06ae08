"""GET /v1/tickets: what the caller requested, follows or is assigned."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import PageQuery, StatusList, create_handler, provide
from shared.core.types import Page
from shared.tickets import Ticket, TicketReader, TicketRepository

router = APIRouter(tags=["tickets"])


class MyTicketsQuery(PageQuery):
    """Which of my tickets; newest first."""

    status: StatusList | None = None


@router.get("/v1/tickets")
async def list_my_tickets(
    query: Annotated[MyTicketsQuery, Query()],
    tickets: Annotated[TicketReader, provide(TicketRepository)],
) -> Page[Ticket]:
    """Return my tickets, newest first."""
    return tickets.mine(query.status, query.cursor, query.limit)


handler = create_handler(router)
