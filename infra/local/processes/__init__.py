"""Start processes, wait until they serve, watch them, and end exactly those."""

from .lifetime import birth, die_with_parent
from .record import ProcessRecord
from .service import Service, ServiceFailed
from .starting import run_as, running, start, stop, wait_until_ready
from .supervisor import Supervisor

__all__ = [
    "ProcessRecord",
    "Service",
    "ServiceFailed",
    "Supervisor",
    "birth",
    "die_with_parent",
    "run_as",
    "running",
    "start",
    "stop",
    "wait_until_ready",
]
