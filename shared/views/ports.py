"""What may be asked of saved views. Each method is one transaction."""

from typing import Protocol
from uuid import UUID

from .models import View, ViewChange, ViewDraft


class Views(Protocol):
    """Saved views: one's own, a team's, everyone's."""

    def all(self) -> list[View]:
        """Return the views the caller has."""
        ...

    def get(self, view: UUID) -> View:
        """Return a view the caller has, or raise `NotFound`."""
        ...

    def create(self, draft: ViewDraft, key: str | None) -> View:
        """Save a view once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, view: UUID, change: ViewChange, version: int | None) -> View:
        """Change what was sent, if it is at this version; None for any.

        Raises `NotFound`, `Denied`, `Invalid`, `Stale`.
        """
        ...

    def delete(self, view: UUID, version: int | None) -> View:
        """Delete a view and return what it was, if it is at this version; None for any.

        Raises `NotFound`, `Denied`, `Stale`.
        """
        ...
