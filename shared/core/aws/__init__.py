"""AWS services behind small interfaces; boto3 is imported when one is first used."""

from .bus import EventBridgeBus, EventBus, EventRefused, open_event_bus
from .clients import client, outages
from .codes import PASSING, passes
from .queue import MessagesRefused, count_messages, send_message, send_messages

__all__ = [
    "PASSING",
    "EventBridgeBus",
    "EventBus",
    "EventRefused",
    "MessagesRefused",
    "client",
    "count_messages",
    "open_event_bus",
    "outages",
    "passes",
    "send_message",
    "send_messages",
]
