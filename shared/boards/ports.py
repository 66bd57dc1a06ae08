"""What may be asked about how queues stand. Each method is one transaction."""

from typing import Protocol
from uuid import UUID

from shared.models import QueueStatus


class BoardReader(Protocol):
    """Looking at how a queue stands."""

    def status(self, queue: str) -> QueueStatus:
        """Return how a queue stands at this moment, or raise `NotFound`."""
        ...


class StatusTeller(Protocol):
    """Telling those who watch, at most once a second a queue, whoever calls how often.

    Each answers in how many seconds the caller must have `tell_promised` called, or
    None when that is nobody's duty. A caller who dies is replaced after seconds.
    """

    def refresh(self, event: UUID) -> float | None:
        """Tell how the queues of an event stand, if that has changed."""
        ...

    def tell_promised(self) -> float | None:
        """Tell what was too early to tell before."""
        ...

    def tell_all(self) -> float | None:
        """Tell of every queue that stands otherwise than was told last."""
        ...
