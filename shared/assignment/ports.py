"""What workers do to assign tickets. Each method is one transaction."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class TicketAssigner(Protocol):
    """Assigns waiting tickets to the agents that the queue's strategy chooses."""

    def assign_after(self, event: UUID) -> bool:
        """Assign after an event; return False when that was done before."""
        ...

    def queues_due_for_assignment(self) -> Sequence[UUID]:
        """Return the queues in which a ticket waits and an agent has capacity."""
        ...

    def assign_waiting(self, queue: UUID) -> int:
        """Assign some of the waiting tickets of a queue; return how many."""
        ...


class IdleTickets(Protocol):
    """Tickets whose assignee does not come back to them."""

    def release_idle(self) -> int:
        """Put some of them back into their queues; return how many."""
        ...
