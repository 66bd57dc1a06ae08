"""Routes that only a developer's machine has: documentation, ticks, parameters."""

from .changes import Changes
from .control import HEALTH, INVOKE, TICK, Control
from .docs import Docs
from .parameters import EXTENSION, Parameters

__all__ = [
    "EXTENSION",
    "HEALTH",
    "INVOKE",
    "TICK",
    "Changes",
    "Control",
    "Docs",
    "Parameters",
]
