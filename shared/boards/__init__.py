"""How queues stand: read by people, told by workers when it changes."""

from .ports import BoardReader, StatusTeller
from .stores import Boards, Teller

__all__ = ["BoardReader", "Boards", "StatusTeller", "Teller"]
