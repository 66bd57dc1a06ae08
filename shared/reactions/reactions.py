"""What follows from an event: one class a consequence, listed in one table.

A reaction may be run twice for one event, and again after a crash at any line. Those
with an effect in our database record it in the same transaction; those with an effect
outside happen at least once, and carry the event's id for whoever must see it once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from shared.core.events import (
    EVENT_CLASSES,
    TicketAssigned,
    TicketCreated,
    TicketEvent,
    TicketStatusChanged,
    TicketUpdated,
)

CHANGE_WORK = (TicketCreated, TicketStatusChanged, TicketAssigned, TicketUpdated)
"""Events after which somebody may get other work to do."""

EventT_contra = TypeVar("EventT_contra", bound=TicketEvent, contravariant=True)


class Reaction(Protocol[EventT_contra]):
    """Extension point: something to do when one class of event has happened.

    `name` is recorded with the event; it never changes once released.
    """

    @property
    def name(self) -> str:
        """What the outbox calls it."""
        ...

    def react(self, event: EventT_contra) -> None:
        """Do it, or raise to have the event delivered again later."""
        ...


ReactionTable = Mapping[type[TicketEvent], Sequence[Reaction[Any]]]


def reaction_table(
    *everything: Reaction[Any], work: Sequence[Reaction[Any]] = ()
) -> ReactionTable:
    """Return which reactions follow each class of event.

    Args:
        everything: reactions that follow every event.
        work: reactions that follow the events of `CHANGE_WORK`, after the others.
    """
    return {
        kind: [*everything, *(work if kind in CHANGE_WORK else ())]
        for kind in EVENT_CLASSES
    }
