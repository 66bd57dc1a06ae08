"""Bulk updates over PostgREST."""

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, decode_cursor, page_of

from .models import BulkDraft, BulkItem, BulkResult, BulkUpdate, ClaimedBulkUpdate
from .ports import BulkUpdateQueue, BulkUpdates

CHUNK = 50
"""Tickets of one transaction: nobody waits a second for one of them."""

LEASE_SECONDS = 60


class BulkUpdateRepository(BulkUpdates):
    """Bulk updates of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def begin(self, draft: BulkDraft, key: str | None) -> BulkUpdate:
        asked = draft.model_dump(mode="json", exclude_none=True)
        told = self._database.call("bulk_update", {**asked, "idempotency_key": key})
        return BulkUpdate.model_validate(told)

    @override
    def get(self, bulk_update: UUID) -> BulkUpdate:
        asked = {"bulk_update": str(bulk_update)}
        told = self._database.call("get_bulk_update", asked)
        return BulkUpdate.model_validate(told)

    @override
    def mine(self, cursor: str | None, size: int) -> Page[BulkUpdate]:
        place = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "before": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_bulk_updates", asked)
        found = [BulkUpdate.model_validate(row) for row in rows]
        return page_of(found, size, lambda last: (last.created_at, last.id))

    @override
    def items(
        self,
        bulk_update: UUID,
        result: BulkResult | None,
        cursor: str | None,
        size: int,
    ) -> Page[BulkItem]:
        place = decode_cursor(cursor, tuple[int])
        asked = {
            "bulk_update": str(bulk_update),
            "result": result,
            "after": place and place[0],
            "page_size": size + 1,
        }
        rows = self._database.call("list_bulk_items", asked)
        found = [BulkItem.model_validate(row) for row in rows]
        return page_of(found, size, lambda last: (last.position,))

    @override
    def undo(self, bulk_update: UUID, key: str | None) -> BulkUpdate:
        asked = {"bulk_update": str(bulk_update), "idempotency_key": key}
        told = self._database.call("undo_bulk_update", asked)
        return BulkUpdate.model_validate(told)


class BulkUpdateQueueRepository(BulkUpdateQueue):
    """Bulk updates that are due; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self) -> ClaimedBulkUpdate | None:
        asked = {"lease_seconds": LEASE_SECONDS}
        told = self._database.call("claim_bulk_update", asked)
        return told and ClaimedBulkUpdate.model_validate(told)

    @override
    def apply(self, claimed: ClaimedBulkUpdate) -> BulkUpdate | None:
        asked = {
            "bulk_update": str(claimed.id),
            "attempt": claimed.attempt,
            "at_most": CHUNK,
        }
        told = self._database.call("apply_bulk_chunk", asked)
        return told and BulkUpdate.model_validate(told)

    @override
    def forget(self) -> int:
        return int(self._database.call("forget_bulk_updates", {}))
