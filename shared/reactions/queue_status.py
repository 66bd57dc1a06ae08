"""Broadcasting queue status when an event has changed it."""

from collections.abc import Callable
from functools import partial
from math import ceil

from shared.core.events import TicketEvent
from shared.core.jobs import Job, open_job_trigger
from shared.core.persistence import open_worker_database
from shared.queues import QueueStatusBroadcaster, StatusBroadcaster


class RefreshQueueStatus:
    """Broadcasts the status of the queues that an event concerns."""

    name = "refresh_queue_status"

    def __init__(
        self, broadcaster: StatusBroadcaster, trigger: Callable[[int], None]
    ) -> None:
        self._broadcaster = broadcaster
        self._trigger = trigger

    def react(self, event: TicketEvent) -> None:
        """Broadcast, or trigger broadcast_queue_status when a second has passed.

        Nothing is recorded: a status that was broadcast is not broadcast again.
        """
        if event.is_internal:
            return
        seconds = self._broadcaster.refresh(event.id)
        if seconds is not None:
            self._trigger(ceil(seconds))


def open_queue_status() -> RefreshQueueStatus:
    """Return the reaction, wired from the environment."""
    trigger = partial(open_job_trigger().trigger, Job.QUEUE_STATUSES)
    return RefreshQueueStatus(QueueStatusBroadcaster(open_worker_database()), trigger)
