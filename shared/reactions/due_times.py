"""Keeping the due times of a ticket as its events have them."""

from shared.core.events import (
    TicketCommented,
    TicketCreated,
    TicketEvent,
    TicketStatusChanged,
    TicketUpdated,
)
from shared.core.persistence import open_worker_database
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
