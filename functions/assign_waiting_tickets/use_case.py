"""Assigning waiting tickets, queue after queue, so that none waits for another."""

from collections import deque
from collections.abc import Callable

from shared.assignment import TicketAssigner


def assign_waiting_tickets(
    assigner: TicketAssigner, in_time: Callable[[], bool]
) -> int:
    """Return how many tickets were assigned.

    A queue in which something was assigned comes again after all others; one in which
    nothing can be assigned does not.

    Args:
        assigner: what assigns a few tickets of a queue.
        in_time: whether there is time for one more round trip.
    """
    assigned = 0
    turns = deque(assigner.queues_due_for_assignment())
    while turns and in_time():
        queue = turns.popleft()
        if batch := assigner.assign_waiting(queue):
            assigned += batch
            turns.append(queue)
    return assigned
