"""Events that are still owed to those who react, and the commands of those who do."""

from .outbox import Hooks, MissedEvents, Work, read_message
from .ports import (
    Effects,
    EventFigures,
    EventIntake,
    EventWork,
    Measures,
    MissedEventSource,
    OwedEvent,
)

__all__ = [
    "Effects",
    "EventFigures",
    "EventIntake",
    "EventWork",
    "Hooks",
    "Measures",
    "MissedEventSource",
    "MissedEvents",
    "OwedEvent",
    "Work",
    "read_message",
]
