"""The whole local stack: its services, their order, its home folder, its ports."""

from .deployment import Deployment, NeverStarted
from .home import AlreadyRunning, Home
from .layout import Layout
from .ports import PortTaken, PublicPorts
from .stack import Stack

__all__ = [
    "AlreadyRunning",
    "Deployment",
    "Home",
    "Layout",
    "NeverStarted",
    "PortTaken",
    "PublicPorts",
    "Stack",
]
