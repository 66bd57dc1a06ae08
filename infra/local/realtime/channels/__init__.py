"""Sockets, the channels joined on them, and the rooms where channels meet."""

from .connection import Connection
from .hub import LARGEST, Hub, Room, TooLarge
from .joining import SERVICE, Service
from .outbox import Outbox

__all__ = [
    "LARGEST",
    "SERVICE",
    "Connection",
    "Hub",
    "Outbox",
    "Room",
    "Service",
    "TooLarge",
]
