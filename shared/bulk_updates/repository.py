"""Bulk updates over PostgREST."""

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, Position, decode_cursor, decode_sort_key, read_page

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
        arguments = draft.model_dump(mode="json", exclude_none=True)
        row = self._database.call("bulk_update", {**arguments, "idempotency_key": key})
        return BulkUpdate.model_validate(row)

    @override
    def get(self, bulk_update: UUID) -> BulkUpdate:
        arguments = {"bulk_update": str(bulk_update)}
        row = self._database.call("get_bulk_update", arguments)
        return BulkUpdate.model_validate(row)

    @override
    def mine(self, cursor: str | None, size: int) -> Page[BulkUpdate]:
        arguments = {
            "before": decode_sort_key(cursor, tuple[datetime, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_bulk_updates", arguments)
        return read_page(answer, BulkUpdate.model_validate)

    @override
    def items(
        self,
        bulk_update: UUID,
        result: BulkResult | None,
        cursor: str | None,
        size: int,
    ) -> Page[BulkItem]:
        sort_key = decode_cursor(cursor, tuple[Position])
        arguments = {
            "bulk_update": str(bulk_update),
            "result": result,
            "after": sort_key and sort_key[0],
            "page_size": size,
        }
        answer = self._database.call("list_bulk_items", arguments)
        return read_page(answer, BulkItem.model_validate)

    @override
    def undo(self, bulk_update: UUID, key: str | None) -> BulkUpdate:
        arguments = {"bulk_update": str(bulk_update), "idempotency_key": key}
        row = self._database.call("undo_bulk_update", arguments)
        return BulkUpdate.model_validate(row)


class BulkUpdateQueueRepository(BulkUpdateQueue):
    """Bulk updates that are due; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self) -> ClaimedBulkUpdate | None:
        arguments = {"lease_seconds": LEASE_SECONDS}
        row = self._database.call("claim_bulk_update", arguments)
        return row and ClaimedBulkUpdate.model_validate(row)

    @override
    def apply(self, claimed: ClaimedBulkUpdate) -> BulkUpdate | None:
        arguments = {
            "bulk_update": str(claimed.id),
            "attempt": claimed.attempt,
            "max_items": CHUNK,
        }
        row = self._database.call("apply_bulk_chunk", arguments)
        return row and BulkUpdate.model_validate(row)

    @override
    def forget(self) -> int:
        return int(self._database.call("delete_old_bulk_updates", {}))
