"""The bus on which others hear of events (Amazon EventBridge)."""

from typing import Protocol

from typing_extensions import override

from shared.core.errors import Unavailable
from shared.core.events import DomainEvent
from shared.core.settings import EventBusSettings

from .clients import client, outages

SOURCE = "autocrm"


class EventBus(Protocol):
    """Extension point: add a rule to the bus, and nothing here needs to change."""

    def publish(self, event: DomainEvent) -> None:
        """Tell the bus, or raise `Unavailable`."""
        ...


class EventBridgeBus(EventBus):
    """`EventBus` over EventBridge; source `autocrm`, detail-type the type of event."""

    def __init__(self, name: str) -> None:
        self._name = name

    @override
    def publish(self, event: DomainEvent) -> None:
        entry = {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": event.model_dump_json(),
            "Resources": [f"ticket:{event.ticket_id}"],
        }
        with outages():
            answer = client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise Unavailable("The bus did not take the event.")


def open_event_bus() -> EventBridgeBus:
    """Return the bus that the environment names."""
    return EventBridgeBus(EventBusSettings.read().event_bus_name)
