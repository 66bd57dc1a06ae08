"""What may be asked of saved views. Each method is one transaction."""

from typing import Protocol
from uuid import UUID

from .models import View, ViewChange, ViewDraft


class Views(Protocol):
    """Saved views: one's own, a team's, everyone's."""

    def all(self) -> list[View]:
        """Return the views the caller has."""
        ...

    def create(self, draft: ViewDraft, key: str | None) -> View:
        """Save a view once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, view: UUID, change: ViewChange) -> View:
        """Change what was sent; raise `NotFound`, `Denied`, `Invalid`."""
        ...

    def delete(self, view: UUID) -> View:
        """Delete a view and return what it was; raise `NotFound`, `Denied`."""
        ...
