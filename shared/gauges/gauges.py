"""Gauges over PostgREST."""

from shared.models import Model
from shared.persistence import Database


class Lag(Model):
    """How far the workers are behind."""

    owed: int
    parked: int
    oldest_seconds: float


class QueueGauge(Model):
    """How long a queue is, and how long its oldest ticket has waited for staff."""

    key: str
    waiting: int
    oldest_wait_seconds: float


class Gauges:
    """What is so at this moment; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lag(self) -> Lag:
        """Return how far the workers are behind."""
        return Lag.model_validate(self._database.call("event_lag", {}))

    def queues(self) -> list[QueueGauge]:
        """Return every queue that is in use."""
        rows = self._database.call("queue_metrics", {})
        return [QueueGauge.model_validate(row) for row in rows]
