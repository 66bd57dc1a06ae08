"""What use cases may ask to administer queues. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page
from shared.queues import Queue

from .models import Assignable, Member, QueueChange, QueueDraft


class QueueWriter(Protocol):
    """Making and changing queues, by key or id."""

    def get(self, queue: str) -> Queue:
        """Return a queue, an archived one too, or raise `NotFound`."""
        ...

    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        """Make a queue once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, queue: str, change: QueueChange, version: int | None) -> Queue:
        """Change what was sent, if it is at this version; None for any.

        Raises `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`.
        """
        ...


class QueueMembers(Protocol):
    """Members of queues: the agents who work them."""

    def members(self, queue: str) -> list[Member]:
        """Return the members of a queue, by name, or raise `NotFound`."""
        ...

    def assignable(
        self, queue: str, search: str | None, cursor: str | None, size: int
    ) -> Page[Assignable]:
        """Return who may be assigned its tickets, by name, or raise `NotFound`."""
        ...

    def add(self, queue: str, person: UUID) -> Member:
        """Add a member; raise `NotFound`, `Denied`, `Invalid`."""
        ...

    def remove(self, queue: str, person: UUID) -> Member:
        """Remove a member, and put back their tickets; raise `NotFound`, `Denied`."""
        ...
