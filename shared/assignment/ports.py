"""What workers do to assign tickets. Each method is one transaction."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class TicketAssigner(Protocol):
    """Gives what waits to whoever the queue's strategy chooses."""

    def assign_after(self, event: UUID) -> bool:
        """Let follow what follows from an event; False when it had followed before."""
        ...

    def waiting_queues(self) -> Sequence[UUID]:
        """Return the queues in which something waits and somebody has room."""
        ...

    def assign_waiting(self, queue: UUID) -> int:
        """Give some of what waits in a queue; return how many."""
        ...


class IdleTickets(Protocol):
    """What waits for somebody who does not come back to it."""

    def release_idle(self) -> int:
        """Put some of it back; return how many."""
        ...
