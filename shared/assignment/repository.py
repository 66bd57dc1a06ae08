"""Assigning and releasing tickets over PostgREST, with the rights of a worker."""

from collections.abc import Mapping
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database

from .ports import IdleTickets, TicketAssigner
from .strategies import STRATEGIES, AssignmentStrategy, agent_choices


class AssignmentRepository(TicketAssigner, IdleTickets):
    """Assigning and releasing over PostgREST; needs the rights of a worker."""

    def __init__(
        self,
        database: Database,
        strategies: Mapping[str, AssignmentStrategy] = STRATEGIES,
    ) -> None:
        self._database = database
        self._agent_choices = agent_choices(strategies)

    @override
    def assign_after(self, event: UUID) -> bool:
        arguments = {"event": str(event), "agent_choices": self._agent_choices}
        return bool(self._database.call("assign_work", arguments))

    @override
    def queues_due_for_assignment(self) -> list[UUID]:
        arguments = {"strategies": list(self._agent_choices)}
        return [
            UUID(each)
            for each in self._database.call("queues_due_for_assignment", arguments)
        ]

    @override
    def assign_waiting(self, queue: UUID) -> int:
        arguments = {"queue": str(queue), "agent_choices": self._agent_choices}
        return int(self._database.call("assign_waiting_tickets", arguments))

    @override
    def release_idle(self) -> int:
        return int(self._database.call("release_idle_tickets", {}))
