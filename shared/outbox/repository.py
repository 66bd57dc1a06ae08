"""The outbox over PostgREST."""

from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database, open_worker_database
from shared.core.types import parse_rows

from .models import EventFigures, EventMessage, OutboxLag, PendingEvent
from .ports import EventEffects, EventIntake, EventMeasurements, MissedEvents, Outbox


class EventIntakeRepository(EventIntake):
    """Accepting webhooks of the database over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def accept(self, event: UUID, proof: str) -> bool:
        arguments = {"event": str(event), "proof": proof}
        return bool(self._database.call("accept_event", arguments))


class OutboxRepository(Outbox, EventEffects, EventMeasurements):
    """The outbox over PostgREST; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def read(self, event: UUID) -> PendingEvent | None:
        row = self._database.call("read_event", {"event": str(event)})
        return row and PendingEvent.model_validate(row)

    @override
    def done(self, event: UUID, reaction: str) -> None:
        arguments = {"event": str(event), "reaction": reaction}
        self._database.call("record_reaction", arguments)

    @override
    def finish(self, event: UUID) -> None:
        self._database.call("finish_event", {"event": str(event)})

    @override
    def fail(self, event: UUID, error: str) -> bool:
        arguments = {"event": str(event), "error": error}
        return bool(self._database.call("fail_event", arguments))

    @override
    def notify_people(self, event: UUID) -> bool:
        return bool(self._database.call("notify_people", {"event": str(event)}))

    @override
    def create_webhook_deliveries(self, event: UUID) -> bool:
        arguments = {"event": str(event)}
        return bool(self._database.call("create_webhook_deliveries", arguments))

    @override
    def measure(self, event: UUID) -> EventFigures | None:
        figures = self._database.call("event_metrics", {"event": str(event)})
        return figures and EventFigures.model_validate(figures)


class MissedEventRepository(MissedEvents):
    """Missed events over PostgREST; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self) -> list[EventMessage]:
        rows = self._database.call("claim_missed_events", {})
        return parse_rows(rows, EventMessage.model_validate)


class OutboxLagRepository:
    """How far the workers are behind; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> OutboxLag:
        """Return how many events are pending or dead-lettered, and the oldest's age."""
        return OutboxLag.model_validate(self._database.call("event_lag", {}))


def open_outbox() -> OutboxRepository:
    """Return the outbox with the rights of a worker."""
    return OutboxRepository(open_worker_database())
