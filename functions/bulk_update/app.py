"""Bulk updates, under /v1/bulk-updates: staff change up to 1,000 tickets at once."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.bulk import BulkDraft, BulkItem, BulkResult, BulkUpdate
from shared.http import IdempotencyKey, PageQuery, create_handler
from shared.pages import Page

from .stores import KeepBulkUpdates

router = APIRouter(tags=["bulk updates"])
ONE = "/v1/bulk-updates/{bulk_update}"


class ItemsQuery(PageQuery):
    """Which items, in order."""

    result: BulkResult | None = None


@router.post("/v1/bulk-updates", status_code=HTTPStatus.ACCEPTED)
async def begin_bulk_update(
    draft: BulkDraft, updates: KeepBulkUpdates, idempotency_key: IdempotencyKey = None
) -> BulkUpdate:
    """Begin to change many tickets, with the rights that you have when each is done."""
    return updates.begin(draft, idempotency_key)


@router.get(ONE)
async def get_bulk_update(bulk_update: UUID, updates: KeepBulkUpdates) -> BulkUpdate:
    """Return how far a bulk update of yours has come."""
    return updates.get(bulk_update)


@router.get(f"{ONE}/items")
async def list_bulk_items(
    bulk_update: UUID, query: Annotated[ItemsQuery, Query()], updates: KeepBulkUpdates
) -> Page[BulkItem]:
    """Return what became of each ticket, all or with one result."""
    return updates.items(bulk_update, query.result, query.cursor, query.limit)


@router.post(f"{ONE}/undo", status_code=HTTPStatus.ACCEPTED)
async def undo_bulk_update(
    bulk_update: UUID, updates: KeepBulkUpdates, idempotency_key: IdempotencyKey = None
) -> BulkUpdate:
    """Begin to take back what has not changed since; an undo can be undone."""
    return updates.undo(bulk_update, idempotency_key)


handler = create_handler(router)
