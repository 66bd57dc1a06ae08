"""What use cases may ask about bulk updates. Each method is one round trip.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page

from .models import BulkDraft, BulkItem, BulkResult, BulkUpdate, ClaimedBulkUpdate


class BulkUpdates(Protocol):
    """Bulk updates of the caller's; those of others are not there."""

    def begin(self, draft: BulkDraft, key: str | None) -> BulkUpdate:
        """Begin one once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def get(self, bulk_update: UUID) -> BulkUpdate:
        """Return how far one has come, or raise `NotFound`."""
        ...

    def mine(self, cursor: str | None, size: int) -> Page[BulkUpdate]:
        """Return all of them, newest first."""
        ...

    def items(
        self,
        bulk_update: UUID,
        result: BulkResult | None,
        cursor: str | None,
        size: int,
    ) -> Page[BulkItem]:
        """Return what became of its tickets, in order, or raise `NotFound`."""
        ...

    def undo(self, bulk_update: UUID, key: str | None) -> BulkUpdate:
        """Begin to take one back, once a key; raise `NotFound`, `Conflict`."""
        ...


class BulkUpdateQueue(Protocol):
    """Working bulk updates off; needs the rights of a worker."""

    def claim(self) -> ClaimedBulkUpdate | None:
        """Lease the one that was worked on least lately, if any is due."""
        ...

    def apply(self, claimed: ClaimedBulkUpdate) -> BulkUpdate | None:
        """Do its next tickets in one transaction; None when another worker has it."""
        ...

    def forget(self) -> int:
        """Delete some that were over 30 days ago; return how many."""
        ...
