"""AWS on one machine: Lambda, its HTTP API, queues and schedules from a template."""

from .assembly import Settings, assemble
from .gateway import Gateway
from .sources import start_sources

__all__ = ["Gateway", "Settings", "assemble", "start_sources"]
