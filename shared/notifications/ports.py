"""What may be asked about notifications. Each method is one round trip."""

from collections.abc import Sequence
from typing import Protocol

from .models import Inbox, Preference, QueuePreference, Reading, Unread


class Notifications(Protocol):
    """The notifications of the caller. Every method may raise `Unauthenticated`."""

    def page(self, *, unread: bool, cursor: str | None, size: int) -> Inbox:
        """Return the notifications that the caller may still see, newest first."""
        ...

    def read(self, reading: Reading, key: str | None) -> Unread:
        """Mark as read; raise `NotFound` when there is no `up_to` of the caller."""
        ...

    def preferences(self) -> list[Preference]:
        """Return the preference of each event type, defaults included."""
        ...

    def prefer(self, wishes: Sequence[Preference]) -> list[Preference]:
        """Replace the caller's preferences; return what holds now."""
        ...


class QueuePreferences(Protocol):
    """Who is notified of new tickets in a queue: its members who wish it.

    Every method may raise `Unauthenticated`, and `NotFound` for a queue that the caller
    may not read.
    """

    def of_queue(self, queue: str) -> QueuePreference:
        """Return how the caller is notified of new tickets in a queue (key or id)."""
        ...

    def prefer_in_queue(self, queue: str, wish: QueuePreference) -> QueuePreference:
        """Change it; raise `Denied` for somebody who is no member of the queue."""
        ...
