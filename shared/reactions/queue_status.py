"""Due times, and the status of queues, which stands on them, after an event."""

from collections.abc import Callable
from functools import partial
from math import ceil

from shared.core.events import (
    TicketCommented,
    TicketCreated,
    TicketEvent,
    TicketStatusChanged,
    TicketUpdated,
)
from shared.core.jobs import Job, open_job_trigger
from shared.core.persistence import open_worker_database
from shared.queues import QueueStatusBroadcaster, StatusBroadcaster
from shared.sla import DueTimeRepository, DueTimes


class ComputeDueTimes:
    """Computes the due times of a ticket after an event that bears on them."""

    name = "compute_due_times"

    def __init__(self, due_times: DueTimes) -> None:
        self._due_times = due_times

    def react(self, event: TicketEvent) -> None:
        """Compute from the whole log and save.

        Nothing is recorded: computed twice, or after an older event than the last, it
        comes out the same.
        """
        if _bears_on_due_times(event):
            self._due_times.compute([event.ticket_id])


def _bears_on_due_times(event: TicketEvent) -> bool:
    """As the SQL function `private.bears_on_sla`."""
    if isinstance(event, TicketUpdated):
        return not event.is_internal or event.after.data is not None
    kinds = TicketCreated | TicketCommented | TicketStatusChanged
    return isinstance(event, kinds) and not event.is_internal


def open_due_times() -> ComputeDueTimes:
    """Return the reaction, wired from the environment."""
    return ComputeDueTimes(DueTimeRepository(open_worker_database()))


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
