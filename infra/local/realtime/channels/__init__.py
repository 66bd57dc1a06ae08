"""Sockets, the channels joined on them, and the rooms where channels meet."""

from .connection import Connection
from .frames import FIRST_VERSION, SERIALIZERS, Broadcast
from .hub import Hub, Room
from .joining import SERVICE, Service

__all__ = [
    "FIRST_VERSION",
    "SERIALIZERS",
    "SERVICE",
    "Broadcast",
    "Connection",
    "Hub",
    "Room",
    "Service",
]
