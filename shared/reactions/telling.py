"""Telling of an event: people, endpoints, other systems."""

from collections.abc import Callable
from functools import partial
from typing import Any

from shared.aws import EventBus, open_event_bus
from shared.clock import Chore, open_waker
from shared.events import TicketEvent
from shared.outbox import Effects, EventWork, Work
from shared.persistence import open_worker_database


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


def open_telling() -> tuple[NotifyPeople, FillWebhooks, PublishToBus]:
    """Return what tells of events in a deployment."""
    work = Work(open_worker_database())
    return (
        NotifyPeople(work),
        FillWebhooks(work, partial(open_waker().wake, Chore.WEBHOOKS)),
        PublishToBus(open_event_bus(), work),
    )
