"""The outbox, the queue and the bus in memory: honest about once and twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.core.events import DomainEvent
from shared.outbox import EventFigures, EventMessage, PendingEvent


@dataclass
class FakeOutbox:
    """`EventIntake`, `Outbox`, `EventEffects`, `EventMeasurements`, `MissedEvents`."""

    pending: dict[UUID, DomainEvent] = field(default_factory=dict)
    reactions: dict[UUID, list[str]] = field(default_factory=dict)
    failures: dict[UUID, list[str]] = field(default_factory=dict)
    accepted: dict[UUID, str] = field(default_factory=dict)
    missed: list[list[EventMessage]] = field(default_factory=list)
    waited: float | None = None

    def add(self, event: DomainEvent) -> None:
        self.pending[event.id] = event
        self.reactions[event.id] = []

    def accept(self, event: UUID, proof: str) -> bool:
        if event in self.accepted or event not in self.pending:
            return False
        self.accepted[event] = proof
        return True

    def read(self, event: UUID) -> PendingEvent | None:
        if event not in self.pending:
            return None
        done = frozenset(self.reactions[event])
        return PendingEvent(event=self.pending[event], done=done)

    def done(self, event: UUID, reaction: str) -> None:
        self._record(event, reaction)

    def finish(self, event: UUID) -> None:
        self.pending.pop(event, None)

    def fail(self, event: UUID, error: str) -> bool:
        self.failures.setdefault(event, []).append(error)
        return len(self.failures[event]) >= 8

    def notify_people(self, event: UUID) -> bool:
        return self._record(event, "notify_people")

    def create_webhook_deliveries(self, event: UUID) -> bool:
        return self._record(event, "fill_webhooks")

    def claim(self) -> list[EventMessage]:
        return self.missed.pop(0) if self.missed else []

    def measure(self, event: UUID) -> EventFigures | None:
        first = self._record(event, "measure")
        return EventFigures(first_reply_seconds=self.waited) if first else None

    def _record(self, event: UUID, reaction: str) -> bool:
        if event not in self.pending or reaction in self.reactions[event]:
            return False
        self.reactions[event].append(reaction)
        return True


@dataclass
class FakeQueue:
    """`EventQueue`; breaks when told to."""

    sent: list[EventMessage] = field(default_factory=list)
    broken: Exception | None = None

    def send(self, messages: Sequence[EventMessage]) -> None:
        if self.broken:
            raise self.broken
        self.sent.extend(messages)

    def waiting(self) -> int:
        return len(self.sent)


@dataclass
class FakeBus:
    """`EventBus`; breaks when told to."""

    published: list[DomainEvent] = field(default_factory=list)
    broken: Exception | None = None

    def publish(self, event: DomainEvent) -> None:
        if self.broken:
            raise self.broken
        self.published.append(event)
