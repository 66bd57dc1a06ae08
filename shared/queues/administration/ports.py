"""What use cases may ask to administer queues. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from shared.queues import Queue

from .models import Member, QueueChange, QueueDraft


class QueueWriter(Protocol):
    """Making and changing queues, by key or id."""

    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        """Make a queue once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, queue: str, change: QueueChange) -> Queue:
        """Change what was sent; raise `NotFound`, `Denied`, `Conflict`, `Invalid`."""
        ...


class QueueMembers(Protocol):
    """Members of queues: the agents who work them."""

    def members(self, queue: str) -> list[Member]:
        """Return the members of a queue, by name, or raise `NotFound`."""
        ...

    def add(self, queue: str, person: UUID) -> Member:
        """Add a member; raise `NotFound`, `Denied`, `Invalid`."""
        ...

    def remove(self, queue: str, person: UUID) -> Member:
        """Remove a member, and put back their tickets; raise `NotFound`, `Denied`."""
        ...
