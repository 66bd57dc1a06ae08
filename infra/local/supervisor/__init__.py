"""Start the parts of the stack, watch them, and end exactly those."""

from .child import PartFailed
from .record import ProcessRecord
from .supervisor import Supervisor

__all__ = ["PartFailed", "ProcessRecord", "Supervisor"]
