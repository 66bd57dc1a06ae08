"""GET /v1/tickets: what the caller requested, follows or is assigned."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import Commas, PageQuery, StatusList, create_handler, provide
from shared.core.types import Page, StatusCategory
from shared.tickets import (
    MyTickets,
    MyTicketsSort,
    Ticket,
    TicketReader,
    TicketRepository,
)

router = APIRouter(tags=["tickets"])


class MyTicketsQuery(PageQuery):
    """Which of my tickets, in which order."""

    status: StatusList | None = None
    status_category: Annotated[list[StatusCategory], Commas] | None = Field(
        default=None, max_length=50, description="Custom statuses included."
    )
    sort: MyTicketsSort = Field(
        default=MyTicketsSort.NEWEST,
        description="By `oldest` and `updated`, your newest 5,000 are sorted.",
    )


@router.get("/v1/tickets")
async def list_my_tickets(
    query: Annotated[MyTicketsQuery, Query()],
    tickets: Annotated[TicketReader, provide(TicketRepository)],
) -> Page[Ticket]:
    """Return my tickets, of any status unless some are named."""
    chosen = MyTickets(
        statuses=query.status,
        status_categories=query.status_category,
        sort=query.sort,
    )
    return tickets.mine(chosen, query.cursor, query.limit)


handler = create_handler(router)
