"""What use cases may ask about statuses. Each method is one transaction."""

from collections.abc import Sequence
from typing import Protocol

from .models import StatusList, TicketStatus, TicketStatusChange, TicketStatusDraft


class Statuses(Protocol):
    """Reading and managing statuses."""

    def all(self, languages: Sequence[str]) -> StatusList:
        """Return all, with labels in the first of some languages that there is."""
        ...

    def create(self, draft: TicketStatusDraft, key: str | None) -> TicketStatus:
        """Add one once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(
        self, status: str, change: TicketStatusChange, version: int | None
    ) -> TicketStatus:
        """Change what was sent; raise `NotFound`, `Denied`, `Conflict`, `Stale`."""
        ...
