"""How queues stand, over PostgREST."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.models import QueueStatus
from shared.persistence import Database


class Boards:
    """`BoardReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self, queue: str) -> QueueStatus:
        """Return how a queue stands at this moment."""
        told = self._database.call("get_queue_status", {"queue": queue})
        return QueueStatus.model_validate(told)


class Teller:
    """`StatusTeller`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def refresh(self, event: UUID) -> float | None:
        """Tell how the queues of an event stand."""
        return self._seconds("refresh_queue_status", {"event": str(event)})

    def tell_promised(self) -> float | None:
        """Tell what was too early to tell before."""
        return self._seconds("broadcast_queue_statuses", {"promised": True})

    def tell_all(self) -> float | None:
        """Tell of every queue that stands otherwise than was told last."""
        return self._seconds("broadcast_queue_statuses", {})

    def _seconds(self, function: str, asked: Mapping[str, Any]) -> float | None:
        seconds = self._database.call(function, asked)
        return None if seconds is None else float(seconds)
