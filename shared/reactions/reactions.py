"""What follows from an event: one class a consequence, listed in one table.

A reaction may be run twice for one event, and again after a crash at any line. Those
with an effect in our database record it in the same transaction; those with an effect
outside happen at least once, and carry the event's id for whoever must see it once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from shared.aws import EventBus
from shared.events import (
    TicketAssigned,
    TicketCommented,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketStatusChanged,
    TicketUpdated,
)
from shared.outbox import Effects, EventWork

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


class NotifyPeople:
    """Tells the people concerned, in their lists and by mail."""

    name = "notify_people"

    def __init__(self, effects: Effects) -> None:
        self._effects = effects

    def react(self, event: TicketEvent) -> None:
        """Record who is told; mail is sent by deliver_emails."""
        self._effects.notify_people(event.id)


class FillWebhooks:
    """Owes the event to the endpoints that asked for it."""

    name = "fill_webhooks"

    def __init__(self, effects: Effects, wake: Callable[[], None]) -> None:
        self._effects = effects
        self._wake = wake

    def react(self, event: TicketEvent) -> None:
        """Record the deliveries and wake deliver_webhooks, which sends them."""
        if self._effects.fill_webhook_deliveries(event.id):
            self._wake()


class PublishToBus:
    """Lets other systems hear of it."""

    name = "publish_to_bus"

    def __init__(self, bus: EventBus, work: EventWork) -> None:
        self._bus = bus
        self._work = work

    def react(self, event: Any) -> None:  # noqa: ANN401, any event of the union
        """Publish, then record: a crash between the two publishes twice."""
        self._bus.publish(event)
        self._work.done(event.id, self.name)


ReactionTable = Mapping[type[TicketEvent], Sequence[Reaction[Any]]]


def reaction_table(*everything: Reaction[Any]) -> ReactionTable:
    """Return which reactions follow which event; a new event class goes here too.

    Args:
        everything: reactions that follow every event.
    """
    return {
        TicketCreated: [*everything],
        TicketStatusChanged: [*everything],
        TicketAssigned: [*everything],
        TicketUpdated: [*everything],
        TicketCommented: [*everything],
        TicketCommentRedacted: [*everything],
    }
