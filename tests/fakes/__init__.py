"""The ports of the core in memory: same answers, same failures."""

from .assignment import FakeAssigner
from .comments import FakeComments
from .database import FakeDatabase
from .outbox import FakeBus, FakeOutbox, FakeQueue
from .people import FakePeople, FakeRoles
from .queues import FakeQueues
from .tickets import FakeTickets

__all__ = [
    "FakeAssigner",
    "FakeBus",
    "FakeComments",
    "FakeDatabase",
    "FakeOutbox",
    "FakePeople",
    "FakeQueue",
    "FakeQueues",
    "FakeRoles",
    "FakeTickets",
]
