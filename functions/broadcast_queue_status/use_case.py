"""Broadcast changed queue status, and come back for what was too early."""

from collections.abc import Callable
from math import ceil

from shared.queues import StatusBroadcaster


class QueueStatusBroadcast:
    """One run; safe twice, at once, late or not at all: the next minute finds the rest.

    Args:
        broadcaster: what broadcasts.
        trigger: triggers this worker again in so many seconds.
    """

    def __init__(
        self, broadcaster: StatusBroadcaster, trigger: Callable[[int], None]
    ) -> None:
        self._broadcaster = broadcaster
        self._trigger = trigger

    def run(self, *, triggered: bool) -> None:
        """Broadcast, and trigger another run when something must wait its second."""
        seconds = (
            self._broadcaster.broadcast_deferred()
            if triggered
            else self._broadcaster.broadcast_changed()
        )
        if seconds is not None:
            self._trigger(ceil(seconds))
