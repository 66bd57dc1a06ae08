"""Bulk updates over PostgREST."""

from datetime import datetime
from uuid import UUID

from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database

from .models import BulkDraft, BulkItem, BulkResult, BulkUpdate, ClaimedBulkUpdate

CHUNK = 50
"""Tickets of one transaction: nobody waits a second for one of them."""

LEASE_SECONDS = 60


class BulkUpdates:
    """`BulkKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, draft: BulkDraft, key: str | None) -> BulkUpdate:
        """Begin one."""
        asked = draft.model_dump(mode="json", exclude_none=True)
        told = self._database.call("bulk_update", {**asked, "idempotency_key": key})
        return BulkUpdate.model_validate(told)

    def get(self, bulk_update: UUID) -> BulkUpdate:
        """Return how far one has come."""
        asked = {"bulk_update": str(bulk_update)}
        told = self._database.call("get_bulk_update", asked)
        return BulkUpdate.model_validate(told)

    def mine(self, cursor: str | None, size: int) -> Page[BulkUpdate]:
        """Return all of them, newest first."""
        place = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "before": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_bulk_updates", asked)
        found = [BulkUpdate.model_validate(row) for row in rows]
        return page_of(found, size, lambda last: (last.created_at, last.id))

    def items(
        self,
        bulk_update: UUID,
        result: BulkResult | None,
        cursor: str | None,
        size: int,
    ) -> Page[BulkItem]:
        """Return what became of its tickets, in order."""
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

    def undo(self, bulk_update: UUID, key: str | None) -> BulkUpdate:
        """Begin to take one back."""
        asked = {"bulk_update": str(bulk_update), "idempotency_key": key}
        told = self._database.call("undo_bulk_update", asked)
        return BulkUpdate.model_validate(told)


class DueBulkUpdates:
    """`BulkWork`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self) -> ClaimedBulkUpdate | None:
        """Lease the one that was worked on least lately, if any is due."""
        asked = {"lease_seconds": LEASE_SECONDS}
        told = self._database.call("claim_bulk_update", asked)
        return told and ClaimedBulkUpdate.model_validate(told)

    def apply(self, claimed: ClaimedBulkUpdate) -> BulkUpdate | None:
        """Do its next tickets."""
        asked = {
            "bulk_update": str(claimed.id),
            "attempt": claimed.attempt,
            "at_most": CHUNK,
        }
        told = self._database.call("apply_bulk_chunk", asked)
        return told and BulkUpdate.model_validate(told)

    def forget(self) -> int:
        """Delete some that were over 30 days ago."""
        return int(self._database.call("delete_old_bulk_updates", {}))
