"""How far bulk updates have come, and what became of each ticket."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.bulk_updates import (
    BulkItem,
    BulkResult,
    BulkUpdate,
    BulkUpdateRepository,
    BulkUpdates,
)
from shared.core.http import PageQuery, provide
from shared.core.types import Page

router = APIRouter()
ProvidedBulkUpdates = Annotated[BulkUpdates, provide(BulkUpdateRepository)]


class ItemsQuery(PageQuery):
    """Which items, in order."""

    result: BulkResult | None = None


@router.get("/v1/bulk-updates")
async def list_bulk_updates(
    query: Annotated[PageQuery, Query()], updates: ProvidedBulkUpdates
) -> Page[BulkUpdate]:
    """Return your bulk updates of the last 30 days, newest first."""
    return updates.mine(query.cursor, query.limit)


@router.get("/v1/bulk-updates/{bulk_update}")
async def get_bulk_update(
    bulk_update: UUID, updates: ProvidedBulkUpdates
) -> BulkUpdate:
    """Return how far a bulk update of yours has come."""
    return updates.get(bulk_update)


@router.get("/v1/bulk-updates/{bulk_update}/items")
async def list_bulk_items(
    bulk_update: UUID,
    query: Annotated[ItemsQuery, Query()],
    updates: ProvidedBulkUpdates,
) -> Page[BulkItem]:
    """Return what became of each ticket, all or with one result."""
    return updates.items(bulk_update, query.result, query.cursor, query.limit)
