"""Queue status: live figures of a queue, read on request and broadcast on change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model, TicketPriority, parse_rows

from .selection import Total


class QueueStatus(Model):
    """How a queue stands: its tickets that are not done.

    `breaching` are those with an open service level that is overdue.
    """

    queue_id: UUID
    new: int
    open: int
    pending: int
    on_hold: int
    waiting: int = Field(description="Those that wait for an agent.")
    unassigned: int
    breaching: Total
    oldest_waiting_since: datetime | None
    by_priority: dict[TicketPriority, int]


class QueueStatusChanged(Model):
    """The status of a queue has changed.

    The payload of a Broadcast on the topics of the queue, at most once a second.
    Whoever was offline reads the status itself.
    """

    type: Literal["QUEUE_STATUS_CHANGED"]
    occurred_at: datetime
    queue_id: UUID
    status: QueueStatus


class QueueStatusReader(Protocol):
    """Reading the status of queues."""

    def status(self, queue: str) -> QueueStatus:
        """Return the status of a queue at this moment, or raise `NotFound`."""
        ...


class StatusBroadcaster(Protocol):
    """Broadcasting queue status, at most once a second a queue, however often called.

    Each returns in how many seconds the caller must have `broadcast_deferred` called,
    or None when nothing was deferred. A caller who dies is replaced after seconds.
    """

    def refresh(self, event: UUID) -> float | None:
        """Broadcast the status of the queues of an event, if it has changed."""
        ...

    def broadcast_deferred(self) -> float | None:
        """Broadcast what was too early to broadcast before."""
        ...

    def broadcast_changed(self) -> float | None:
        """Broadcast every status that differs from the one broadcast last."""
        ...


class QueueStatusRepository(QueueStatusReader):
    """Queue status over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def status(self, queue: str) -> QueueStatus:
        row = self._database.call("get_queue_status", {"queue": queue})
        return QueueStatus.model_validate(row)


class QueueStatusBroadcaster(StatusBroadcaster):
    """Broadcasting over PostgREST; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def refresh(self, event: UUID) -> float | None:
        return self._seconds("refresh_queue_status", {"event": str(event)})

    @override
    def broadcast_deferred(self) -> float | None:
        return self._seconds("broadcast_queue_statuses", {"pending": True})

    @override
    def broadcast_changed(self) -> float | None:
        return self._seconds("broadcast_queue_statuses", {})

    def _seconds(self, function: str, arguments: Mapping[str, Any]) -> float | None:
        seconds = self._database.call(function, arguments)
        return None if seconds is None else float(seconds)


class QueueBacklog(Model):
    """How long a queue is, and how long its oldest ticket has waited for staff."""

    key: str
    waiting: int
    oldest_wait_seconds: float


class QueueBacklogs:
    """The backlog of every queue; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[QueueBacklog]:
        """Return the backlog of every queue that is in use."""
        rows = self._database.call("queue_metrics", {})
        return parse_rows(rows, QueueBacklog.model_validate)
