"""GET /v1/tickets/{id}/access: staff learn who can see a ticket, and by which rule."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page
from shared.tickets import TicketRef
from shared.tickets.access import Access, AccessReader, AccessRepository

router = APIRouter(tags=["tickets"])


class AccessQuery(PageQuery):
    """Whose access: everybody's who can see the ticket, or one person's."""

    person: UUID | None = Field(
        default=None, description="Why this person can or cannot see it."
    )


@router.get("/v1/tickets/{ticket}/access")
async def explain_access(
    ticket: TicketRef,
    query: Annotated[AccessQuery, Query()],
    access: Annotated[AccessReader, provide(AccessRepository)],
) -> Page[Access]:
    """Return who can see a ticket, by name, and by which rules."""
    return access.explain(ticket, query.person, query.cursor, query.limit)


handler = create_handler(router)
