"""Fanning an event out: to people, webhook endpoints and other systems."""

from collections.abc import Callable
from functools import partial
from typing import Any

from shared.core.aws import EventBus, open_event_bus
from shared.core.events import TicketEvent
from shared.core.jobs import Job, open_job_trigger
from shared.outbox import EventEffects, Outbox, open_outbox


class NotifyPeople:
    """Notifies the people concerned, in their lists and by email."""

    name = "notify_people"

    def __init__(self, effects: EventEffects) -> None:
        self._effects = effects

    def react(self, event: TicketEvent) -> None:
        """Record the notifications; deliver_emails sends the email."""
        self._effects.notify_people(event.id)


class FillWebhooks:
    """Creates deliveries for the webhook endpoints that subscribe to the event."""

    name = "fill_webhooks"

    def __init__(self, effects: EventEffects, trigger: Callable[[], None]) -> None:
        self._effects = effects
        self._trigger = trigger

    def react(self, event: TicketEvent) -> None:
        """Record the deliveries and trigger deliver_webhooks, which sends them."""
        if self._effects.create_webhook_deliveries(event.id):
            self._trigger()


class PublishToBus:
    """Publishes the event to the bus, for other systems."""

    name = "publish_to_bus"

    def __init__(self, bus: EventBus, outbox: Outbox) -> None:
        self._bus = bus
        self._outbox = outbox

    def react(self, event: Any) -> None:  # noqa: ANN401, any event of the union
        """Publish, then record: a crash between the two publishes twice."""
        self._bus.publish(event)
        self._outbox.done(event.id, self.name)


def open_fan_out() -> tuple[NotifyPeople, FillWebhooks, PublishToBus]:
    """Return the reactions that fan out, wired from the environment."""
    outbox = open_outbox()
    return (
        NotifyPeople(outbox),
        FillWebhooks(outbox, partial(open_job_trigger().trigger, Job.WEBHOOKS)),
        PublishToBus(open_event_bus(), outbox),
    )
