"""AWS services behind small interfaces; boto3 is imported when one is first used."""

from .bus import EventBridgeBus, EventBus
from .queue import EventQueue, SqsQueue, wake

__all__ = ["EventBridgeBus", "EventBus", "EventQueue", "SqsQueue", "wake"]
