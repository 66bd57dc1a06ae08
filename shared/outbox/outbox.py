"""The outbox over PostgREST."""

import json
from uuid import UUID

from shared.events import DomainEvent, parse_event
from shared.persistence import Database

from .ports import EventFigures, OwedEvent


def read_message(text: str) -> DomainEvent:
    """Read the event that a message of the queue names."""
    return parse_event(json.loads(text))


class Hooks:
    """`EventIntake`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accept(self, event: UUID, proof: str) -> bool:
        """Say whether this event's webhook comes for the first time."""
        asked = {"event": str(event), "proof": proof}
        return bool(self._database.call("accept_event", asked))


class Work:
    """`EventWork`, `Effects` and `Measures`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, event: UUID) -> OwedEvent | None:
        """Return an event that is still owed."""
        owed = self._database.call("read_event", {"event": str(event)})
        return owed and OwedEvent.model_validate(owed)

    def done(self, event: UUID, reaction: str) -> None:
        """Record a reaction whose effect is outside the database."""
        asked = {"event": str(event), "reaction": reaction}
        self._database.call("record_reaction", asked)

    def finish(self, event: UUID) -> None:
        """Everybody has reacted."""
        self._database.call("finish_event", {"event": str(event)})

    def fail(self, event: UUID, error: str) -> bool:
        """Put the event off."""
        asked = {"event": str(event), "error": error}
        return bool(self._database.call("fail_event", asked))

    def notify_people(self, event: UUID) -> bool:
        """Put the event into the lists and the mail of the people concerned."""
        return bool(self._database.call("notify_people", {"event": str(event)}))

    def fill_webhook_deliveries(self, event: UUID) -> bool:
        """Owe the event to every endpoint that asked for its type."""
        asked = {"event": str(event)}
        return bool(self._database.call("create_webhook_deliveries", asked))

    def measure(self, event: UUID) -> EventFigures | None:
        """Return the figures of an event, once."""
        figures = self._database.call("event_metrics", {"event": str(event)})
        return figures and EventFigures.model_validate(figures)


class MissedEvents:
    """`MissedEventSource`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self) -> list[DomainEvent]:
        """Take the oldest events that nobody has reacted to in time."""
        return [
            parse_event(row) for row in self._database.call("claim_missed_events", {})
        ]
