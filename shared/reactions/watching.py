"""Telling those who watch queues."""

from collections.abc import Callable
from functools import partial
from math import ceil

from shared.boards import StatusTeller, Teller
from shared.clock import Chore, open_waker
from shared.events import TicketEvent
from shared.persistence import open_worker_database


class RefreshQueueStatus:
    """Tells those who watch a queue how it stands now."""

    name = "refresh_queue_status"

    def __init__(self, teller: StatusTeller, wake: Callable[[int], None]) -> None:
        self._teller = teller
        self._wake = wake

    def react(self, event: TicketEvent) -> None:
        """Tell, or have tell_queue_status woken when a second has passed.

        Nothing is recorded: what has been told already is not told again.
        """
        if event.is_internal:
            return
        seconds = self._teller.refresh(event.id)
        if seconds is not None:
            self._wake(ceil(seconds))


def open_watching() -> RefreshQueueStatus:
    """Return what tells how queues stand in a deployment."""
    wake = partial(open_waker().wake, Chore.QUEUE_STATUSES)
    return RefreshQueueStatus(Teller(open_worker_database()), wake)
