"""Bring missed events back to the queue."""

from collections.abc import Callable

from shared.outbox import EventQueue, MissedEvents

BATCH_MILLISECONDS = 32_000
"""What a batch may take: a call of the database, and one of the queue with retries.

Where every call of the queue is slow, the run is killed, which loses nothing."""
PLENTY = 1_000
"""With so many events in the queue the workers are behind, and nothing is missed: what
is enqueued again then only makes them slower."""


class Relay:
    """From the outbox to the queue, batch by batch.

    Safe to be killed anywhere: what was claimed and not enqueued is due again in two
    minutes, and what was enqueued twice has its effect once.
    """

    def __init__(self, missed: MissedEvents, queue: EventQueue) -> None:
        self._missed = missed
        self._queue = queue

    def run(self, milliseconds_left: Callable[[], int]) -> int:
        """Enqueue while something is due, and time and room for it; return how many."""
        relayed = 0
        while (
            milliseconds_left() > BATCH_MILLISECONDS and self._queue.waiting() < PLENTY
        ):
            messages = self._missed.claim()
            if not messages:
                break
            self._queue.send(messages)
            relayed += len(messages)
        return relayed
