"""The whole desk: which parts, in which order, in which home, under which ports."""

from .desk import Desk, NeverStarted
from .home import AlreadyRunning, Home
from .layout import Layout
from .ports import PortTaken, PublicPorts
from .stack import Stack

__all__ = [
    "AlreadyRunning",
    "Desk",
    "Home",
    "Layout",
    "NeverStarted",
    "PortTaken",
    "PublicPorts",
    "Stack",
]
