"""What may be asked about notifications. Each method is one round trip."""

from collections.abc import Sequence
from typing import Protocol

from .models import Inbox, Preference, Reading, Unread


class Notifications(Protocol):
    """What the caller was told. Every method may raise `Unauthenticated`."""

    def page(self, *, unread: bool, cursor: str | None, size: int) -> Inbox:
        """Return what the caller was told and may still see, newest first."""
        ...

    def read(self, reading: Reading, key: str | None) -> Unread:
        """Mark as read; raise `NotFound` when there is no `up_to` of the caller."""
        ...

    def preferences(self) -> list[Preference]:
        """Return how the caller is told of each type, defaults included."""
        ...

    def prefer(self, wishes: Sequence[Preference]) -> list[Preference]:
        """Replace the caller's wishes; return what holds now."""
        ...
