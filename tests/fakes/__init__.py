"""The ports of the core in memory: same answers, same failures."""

from .assignment import FakeWork
from .conversation import FakeConversation
from .database import FakeDatabase
from .outbox import FakeBus, FakeOutbox, FakeQueue
from .people import FakePeople, FakeRoles
from .queues import FakeQueues
from .tickets import FakeTickets

__all__ = [
    "FakeBus",
    "FakeConversation",
    "FakeDatabase",
    "FakeOutbox",
    "FakePeople",
    "FakeQueue",
    "FakeQueues",
    "FakeRoles",
    "FakeTickets",
    "FakeWork",
]
