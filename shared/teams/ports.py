"""What may be asked of queues and people at work. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; what else is said below.
"""

from typing import Protocol
from uuid import UUID

from shared.models import Queue, Ticket

from .models import (
    Agent,
    AgentChange,
    AgentRef,
    AvailabilityChange,
    LeavingAgent,
    Member,
    QueueChange,
    QueueDraft,
)


class QueueKeeper(Protocol):
    """Making and changing queues, by key or id."""

    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        """Make a queue once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, queue: str, change: QueueChange) -> Queue:
        """Change what is said; raise `NotFound`, `Denied`, `Conflict`, `Invalid`."""
        ...


class MemberKeeper(Protocol):
    """Who works a queue."""

    def members(self, queue: str) -> list[Member]:
        """Return who works it, by name, or raise `NotFound`."""
        ...

    def add(self, queue: str, person: UUID) -> Member:
        """Let somebody work it; raise `NotFound`, `Denied`, `Invalid`."""
        ...

    def remove(self, queue: str, person: UUID) -> Member:
        """End it, and put back what they hold; raise `NotFound`, `Denied`."""
        ...


class AgentKeeper(Protocol):
    """People at work."""

    def get(self, agent: AgentRef) -> Agent:
        """Return somebody at work, or raise `NotFound`, `Denied`."""
        ...

    def set_availability(
        self, agent: AgentRef, change: AvailabilityChange
    ) -> LeavingAgent:
        """Say whether they are there; raise `NotFound`, `Denied`."""
        ...

    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        """Say what they take and know; raise `NotFound`, `Denied`, `Invalid`."""
        ...


class WorkTaker(Protocol):
    """Taking what comes next."""

    def claim(self, queue: str | None, key: str | None) -> Ticket | None:
        """Take it once a key, None when nothing is free.

        Raises:
            NotFound: no such queue.
            Denied: no member of it.
            Conflict: away, or at capacity.
        """
        ...
