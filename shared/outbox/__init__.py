"""Events that are still owed to those who react, and the commands of those who do."""

from .outbox import Hooks, MissedEvents, Work
from .ports import Effects, EventIntake, EventWork, Lag, MissedEventSource, OwedEvent

__all__ = [
    "Effects",
    "EventIntake",
    "EventWork",
    "Hooks",
    "Lag",
    "MissedEventSource",
    "MissedEvents",
    "OwedEvent",
    "Work",
]
