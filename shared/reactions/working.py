"""What an event changes for those who work tickets."""

from shared.assignment import Assignments, WorkGiver
from shared.events import TicketAssigned, TicketEvent, TicketStatusChanged
from shared.models import StatusCategory
from shared.persistence import open_worker_database

WEIGHS = frozenset({StatusCategory.NEW, StatusCategory.OPEN})
"""Where a ticket is to be worked, and counts as held."""


class AssignWork:
    """Gives a free ticket to somebody, and more to whoever has got room."""

    name = "assign_work"

    def __init__(self, work: WorkGiver) -> None:
        self._work = work

    def react(self, event: TicketEvent) -> None:
        """Give what is next; what cannot be given now is found by the clock."""
        if _moves_work(event):
            self._work.after(event.id)


def _moves_work(event: TicketEvent) -> bool:
    """Say whether a ticket may have become free, or somebody may have got room."""
    if isinstance(event, TicketAssigned):
        return event.before.assignee_id is not None
    if isinstance(event, TicketStatusChanged):
        return (event.before.category in WEIGHS) != (event.after.category in WEIGHS)
    return True


def open_working() -> AssignWork:
    """Return what gives work in a deployment."""
    return AssignWork(Assignments(open_worker_database()))
