"""What the worker is made of in a deployment."""

from functools import lru_cache

from shared.aws import open_event_queue
from shared.outbox import MissedEvents
from shared.persistence import open_worker_database

from .use_case import Relay


@lru_cache(maxsize=1)
def get_relay() -> Relay:
    """The relay of this deployment, wired once."""
    return Relay(MissedEvents(open_worker_database()), open_event_queue())
