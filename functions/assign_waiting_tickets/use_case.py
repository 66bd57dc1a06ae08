"""Giving out what waits, queue after queue, so that none waits for another's end."""

from collections import deque
from collections.abc import Callable

from shared.assignment import WorkGiver


def give_out(work: WorkGiver, in_time: Callable[[], bool]) -> int:
    """Return how many tickets were given.

    A queue that was given something comes again after all others; one in which
    nothing can be given does not.

    Args:
        work: what gives a few tickets of a queue.
        in_time: whether there is time for one more round trip.
    """
    given = 0
    turns = deque(work.waiting())
    while turns and in_time():
        queue = turns.popleft()
        if batch := work.give(queue):
            given += batch
            turns.append(queue)
    return given
