"""What only a developer's machine has: documentation, ticks, reloading."""

from .changes import Changes
from .control import HEALTH, INVOKE, TICK, Control
from .docs import Docs

__all__ = ["HEALTH", "INVOKE", "TICK", "Changes", "Control", "Docs"]
