"""The bus on which others hear of events (Amazon EventBridge)."""

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from typing_extensions import override

from shared.core.errors import Unavailable
from shared.core.events import DomainEvent, event_json
from shared.core.settings import EventBusSettings

from .clients import client, outages
from .codes import passes

SOURCE = "autocrm"


class EventRefused(Exception):
    """The bus refuses an event; the text is the error code alone."""


class EventBus(Protocol):
    """Extension point: add a rule to the bus, and nothing here needs to change."""

    def publish(self, event: DomainEvent) -> None:
        """Tell the bus.

        Raises:
            Unavailable: the bus cannot be reached, or takes nothing for now.
            EventRefused: it does not take this event, and will not later.
        """
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
            "Detail": event_json(event),
            "Resources": [f"ticket:{event.ticket_id}"],
        }
        with outages():
            answer = client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            _refuse(answer)


def _refuse(answer: Mapping[str, Any]) -> NoReturn:
    """Raise what an answer 200 with a failed entry stands for."""
    code = next((each.get("ErrorCode") for each in answer.get("Entries", ())), None)
    if code is None or passes(code):
        raise Unavailable("The bus did not take the event.")
    raise EventRefused(code)


def open_event_bus() -> EventBridgeBus:
    """Return the bus that the environment names."""
    return EventBridgeBus(EventBusSettings.read().event_bus_name)
