"""Adding and changing statuses."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from shared.administration.statuses import (
    Statuses,
    StatusKey,
    StatusRepository,
    TicketStatus,
    TicketStatusChange,
    TicketStatusDraft,
)
from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag

router = APIRouter()
ProvidedStatuses = Annotated[Statuses, provide(StatusRepository)]


@router.post("/v1/statuses", status_code=HTTPStatus.CREATED)
async def create_status(
    draft: TicketStatusDraft,
    statuses: ProvidedStatuses,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> TicketStatus:
    """Add a status to a category, which determines its behaviour."""
    created = statuses.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/statuses/{created.status}"
    return set_etag(response, created)


@router.patch("/v1/statuses/{status}")
async def change_status(
    status: StatusKey,
    change: Annotated[TicketStatusChange, Body(default_factory=TicketStatusChange)],
    statuses: ProvidedStatuses,
    if_match: IfMatch,
    response: Response,
) -> TicketStatus:
    """Rename a status, make it the default of its category, or switch it off or on."""
    changed = if_match.write(lambda version: statuses.change(status, change, version))
    return set_etag(response, changed)
