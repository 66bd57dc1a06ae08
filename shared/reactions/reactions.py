"""What follows from an event: one class a consequence, listed in one table.

A reaction may be run twice for one event, and again after a crash at any line. Those
with an effect in our database record it in the same transaction; those with an effect
outside happen at least once, and carry the event's id for whoever must see it once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from shared.core.events import (
    TicketAssigned,
    TicketCommented,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketReplyTakenOver,
    TicketStatusChanged,
    TicketUpdated,
)

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
    """Return which reactions follow which event; a new event class goes here too.

    Args:
        everything: reactions that follow every event.
        work: reactions that follow what may change who works what, after the others.
    """
    return {
        TicketCreated: [*everything, *work],
        TicketStatusChanged: [*everything, *work],
        TicketAssigned: [*everything, *work],
        TicketUpdated: [*everything, *work],
        TicketCommented: [*everything],
        TicketReplyTakenOver: [*everything],
        TicketCommentRedacted: [*everything],
    }
