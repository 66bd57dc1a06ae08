"""How queues stand: read by people, told by workers when it changes."""

from .ports import BoardReader, LimitKeeper, StatusTeller
from .stores import Boards, Teller

__all__ = ["BoardReader", "Boards", "LimitKeeper", "StatusTeller", "Teller"]
