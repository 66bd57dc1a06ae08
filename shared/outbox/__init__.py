"""The outbox: pending events, their queue, the event feed and dead letters."""

from .feed import DeadLetterRepository, EventFeedRepository
from .models import (
    DeadLetter,
    EventFigures,
    EventMessage,
    EventRetry,
    OutboxLag,
    PendingEvent,
)
from .ports import (
    DeadLetters,
    EventEffects,
    EventFeed,
    EventIntake,
    EventMeasurements,
    MissedEvents,
    Outbox,
)
from .queue import EventQueue, SqsEventQueue, open_event_queue
from .repository import (
    EventIntakeRepository,
    MissedEventRepository,
    OutboxLagRepository,
    OutboxRepository,
    open_outbox,
)

__all__ = [
    "DeadLetter",
    "DeadLetterRepository",
    "DeadLetters",
    "EventEffects",
    "EventFeed",
    "EventFeedRepository",
    "EventFigures",
    "EventIntake",
    "EventIntakeRepository",
    "EventMeasurements",
    "EventMessage",
    "EventQueue",
    "EventRetry",
    "MissedEventRepository",
    "MissedEvents",
    "Outbox",
    "OutboxLag",
    "OutboxLagRepository",
    "OutboxRepository",
    "PendingEvent",
    "SqsEventQueue",
    "open_event_queue",
    "open_outbox",
]
