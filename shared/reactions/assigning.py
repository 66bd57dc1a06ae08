"""What an event changes for those who work tickets."""

from shared.assignment import AssignmentRepository, TicketAssigner
from shared.core.events import TicketAssigned, TicketEvent, TicketStatusChanged
from shared.core.persistence import open_worker_database
from shared.core.types import StatusCategory

HELD_CATEGORIES = frozenset({StatusCategory.NEW, StatusCategory.OPEN})
"""Where a ticket is to be worked, and counts as held."""


class AssignWork:
    """Gives a free ticket to somebody, and more to whoever has got room."""

    name = "assign_work"

    def __init__(self, assigner: TicketAssigner) -> None:
        self._assigner = assigner

    def react(self, event: TicketEvent) -> None:
        """Give what is next; what cannot be given now is found by the clock."""
        if _frees_capacity_or_ticket(event):
            self._assigner.assign_after(event.id)


def _frees_capacity_or_ticket(event: TicketEvent) -> bool:
    """Say whether a ticket may have become free, or somebody may have got room."""
    if isinstance(event, TicketAssigned):
        return event.before.assignee_id is not None
    if isinstance(event, TicketStatusChanged):
        return (event.before.category in HELD_CATEGORIES) != (
            event.after.category in HELD_CATEGORIES
        )
    return True


def open_assigning() -> AssignWork:
    """Return the reaction that assigns, wired from the environment."""
    return AssignWork(AssignmentRepository(open_worker_database()))
