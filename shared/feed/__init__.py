"""Events across tickets: the feed to follow, and those that nobody could react to."""

from .models import EventRetry, ParkedEvent
from .ports import EventFeed, ParkedEventKeeper
from .stores import Feed, ParkedEvents

__all__ = [
    "EventFeed",
    "EventRetry",
    "Feed",
    "ParkedEvent",
    "ParkedEventKeeper",
    "ParkedEvents",
]
