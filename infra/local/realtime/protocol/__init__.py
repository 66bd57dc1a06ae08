"""The wire of Realtime: frames in both versions, and what a join asks for."""

from .frames import FIRST_VERSION, SERIALIZERS, Broadcast, Frame, Serializer
from .join import JoinConfig

__all__ = [
    "FIRST_VERSION",
    "SERIALIZERS",
    "Broadcast",
    "Frame",
    "JoinConfig",
    "Serializer",
]
