"""Beginning a bulk update, and taking one back."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.bulk_updates import BulkDraft, BulkUpdate, BulkUpdateRepository, BulkUpdates
from shared.core.http import IdempotencyKey, provide

router = APIRouter()
ProvidedBulkUpdates = Annotated[BulkUpdates, provide(BulkUpdateRepository)]


@router.post("/v1/bulk-updates", status_code=HTTPStatus.ACCEPTED)
async def begin_bulk_update(
    draft: BulkDraft,
    updates: ProvidedBulkUpdates,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> BulkUpdate:
    """Begin to change many tickets, with the rights that you have when each is done."""
    begun = updates.begin(draft, idempotency_key)
    response.headers["Location"] = f"/v1/bulk-updates/{begun.id}"
    return begun


@router.post("/v1/bulk-updates/{bulk_update}/undo", status_code=HTTPStatus.ACCEPTED)
async def undo_bulk_update(
    bulk_update: UUID,
    updates: ProvidedBulkUpdates,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> BulkUpdate:
    """Begin to take back what has not changed since; an undo can be undone."""
    begun = updates.undo(bulk_update, idempotency_key)
    response.headers["Location"] = f"/v1/bulk-updates/{begun.id}"
    return begun
