"""The ports of `shared.repositories` in memory: same answers, same failures."""

from .conversation import FakeConversation
from .database import FakeDatabase
from .people import FakePeople, FakeRoles
from .queues import FakeQueues
from .tickets import FakeTickets

__all__ = [
    "FakeConversation",
    "FakeDatabase",
    "FakePeople",
    "FakeQueues",
    "FakeRoles",
    "FakeTickets",
]
