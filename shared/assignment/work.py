"""Giving and taking back over PostgREST."""

from collections.abc import Mapping
from uuid import UUID

from shared.persistence import Database

from .strategies import STRATEGIES, AssignmentStrategy, picks


class Assignments:
    """`WorkGiver` and `IdleWork`; needs the rights of a worker."""

    def __init__(
        self,
        database: Database,
        strategies: Mapping[str, AssignmentStrategy] = STRATEGIES,
    ) -> None:
        self._database = database
        self._picks = picks(strategies)

    def after(self, event: UUID) -> bool:
        """Let follow what follows from an event."""
        asked = {"event": str(event), "picks": self._picks}
        return bool(self._database.call("assign_work", asked))

    def waiting(self) -> list[UUID]:
        """Return the queues in which something waits and somebody has room."""
        asked = {"strategies": list(self._picks)}
        return [UUID(each) for each in self._database.call("queues_due_for_assignment", asked)]

    def give(self, queue: UUID) -> int:
        """Give some of what waits in a queue."""
        asked = {"queue": str(queue), "picks": self._picks}
        return int(self._database.call("assign_waiting_tickets", asked))

    def release(self) -> int:
        """Put back some of what has waited too long for its owner."""
        return int(self._database.call("release_idle_tickets", {}))
