"""AWS services behind small interfaces; boto3 is imported when one is first used."""

from .bus import EventBridgeBus, EventBus, open_event_bus
from .clients import client, outages
from .queue import count_messages, send_message, send_messages

__all__ = [
    "EventBridgeBus",
    "EventBus",
    "client",
    "count_messages",
    "open_event_bus",
    "outages",
    "send_message",
    "send_messages",
]
