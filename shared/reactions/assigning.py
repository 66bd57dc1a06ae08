"""Assigning tickets when an event frees a ticket or an agent."""

from shared.assignment import AssignmentRepository, TicketAssigner
from shared.core.events import TicketAssigned, TicketEvent, TicketStatusChanged
from shared.core.persistence import open_worker_database
from shared.core.types import StatusCategory

HELD_CATEGORIES = frozenset({StatusCategory.NEW, StatusCategory.OPEN})
"""Statuses in which a ticket counts towards the capacity of its assignee."""


class AssignWork:
    """Assigns a free ticket, and more tickets to an agent who has got capacity."""

    name = "assign_work"

    def __init__(self, assigner: TicketAssigner) -> None:
        self._assigner = assigner

    def react(self, event: TicketEvent) -> None:
        """Assign what is next; what cannot be assigned now, the scheduler finds."""
        if _frees_capacity_or_ticket(event):
            self._assigner.assign_after(event.id)


def _frees_capacity_or_ticket(event: TicketEvent) -> bool:
    """Return whether a ticket may be free now, or an agent have capacity."""
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
