"""Queues and people at work over PostgREST."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.models import Queue, Ticket
from shared.persistence import Database
from shared.repositories import TICKET

from .models import (
    Agent,
    AgentChange,
    AgentRef,
    AvailabilityChange,
    LeavingAgent,
    Member,
    QueueChange,
    QueueDraft,
)


class TeamQueues:
    """`QueueKeeper` and `MemberKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        """Make a queue."""
        asked = {**draft.model_dump(mode="json"), "idempotency_key": key}
        return Queue.model_validate(self._database.call("create_queue", asked))

    def change(self, queue: str, change: QueueChange) -> Queue:
        """Change what is said."""
        asked = {"queue": queue, "changes": change.said()}
        return Queue.model_validate(self._database.call("change_queue", asked))

    def members(self, queue: str) -> list[Member]:
        """Return who works it, by name."""
        rows = self._database.call("list_queue_members", {"queue": queue})
        return [Member.model_validate(row) for row in rows]

    def add(self, queue: str, person: UUID) -> Member:
        """Let somebody work it."""
        return self._turn("add_queue_member", queue, person)

    def remove(self, queue: str, person: UUID) -> Member:
        """End it, and put back what they hold."""
        return self._turn("remove_queue_member", queue, person)

    def _turn(self, function: str, queue: str, person: UUID) -> Member:
        asked = {"queue": queue, "person": str(person)}
        return Member.model_validate(self._database.call(function, asked))


class Agents:
    """`AgentKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, agent: AgentRef) -> Agent:
        """Return somebody at work."""
        return Agent.model_validate(self._call("get_agent", agent, {}))

    def set_availability(
        self, agent: AgentRef, change: AvailabilityChange
    ) -> LeavingAgent:
        """Say whether they are there."""
        told = self._call("set_availability", agent, change.model_dump(mode="json"))
        return LeavingAgent.model_validate(told)

    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        """Say what they take and know."""
        told = self._call("change_agent", agent, {"changes": change.said()})
        return Agent.model_validate(told)

    def _call(
        self, function: str, agent: AgentRef, asked: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._database.call(
            function, {"agent": str(agent), **asked}
        )
        return told


class Claims:
    """`WorkTaker`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, queue: str | None, key: str | None) -> Ticket | None:
        """Take what comes next."""
        asked = {"queue": queue, "idempotency_key": key}
        rows = self._database.call("claim_next_ticket", asked, TICKET)
        return Ticket.model_validate(rows[0]) if rows else None
