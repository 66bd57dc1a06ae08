"""Keeping the due times of tickets as events, policies and calendars have them."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from typing_extensions import override

from shared.core.errors import Unavailable
from shared.core.persistence import Database
from shared.core.types import Model
from shared.sla.history import SlaLog, SlaTerms

from .projection import Projection, project


class Sweep(Model):
    """What a sweep did: how many tickets it took, and what became of them."""

    swept: int
    breached: int
    warned: int
    escalated: int
    outdated: list[UUID]


class Chunk(Model):
    """The next tickets to compute after a change of terms; none when all are done."""

    id: UUID
    after: int
    up_to: int | None
    tickets: list[UUID]


class DueTimes(Protocol):
    """The due times that are kept. Every method may raise `Unavailable`."""

    def compute(self, tickets: Sequence[UUID]) -> None:
        """Compute those of some tickets from their logs, and save them."""
        ...

    def sweep(self) -> Sweep:
        """Warn, record breaches and escalate where it is time, so many at once."""
        ...

    def compute_next_chunk(self) -> bool:
        """Compute the next tickets after a change of terms; False without any."""
        ...


class DueTimeRepository(DueTimes):
    """Due times over PostgREST; needs the rights of a worker.

    Terms never change, so that each is read once an environment.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._terms: dict[int, SlaTerms] = {}

    @override
    def compute(self, tickets: Sequence[UUID]) -> None:
        again = self._compute(tickets) if tickets else []
        if again and self._compute(again):
            raise Unavailable

    @override
    def sweep(self) -> Sweep:
        sweep = Sweep.model_validate(self._database.call("sweep_due_times", {}))
        self.compute(sweep.outdated)
        return sweep

    @override
    def compute_next_chunk(self) -> bool:
        row = self._database.call("next_recompute_chunk", {})
        if row is None:
            return False
        chunk = Chunk.model_validate(row)
        if chunk.tickets and self._compute(chunk.tickets):
            raise Unavailable
        arguments = {
            "job": str(chunk.id),
            "after": chunk.after,
            "up_to": chunk.up_to,
            "chunk": len(chunk.tickets),
        }
        self._database.call("finish_recompute_chunk", arguments)
        return True

    def _compute(self, tickets: Sequence[UUID]) -> list[UUID]:
        """Compute and save; return those that changed meanwhile, in one way or more."""
        # Before there is any policy nothing is kept.
        found = [project(log) for log in self._read(tickets) if log.terms]
        return self._save([each for each in found if each is not None])

    def _read(self, tickets: Sequence[UUID]) -> list[SlaLog]:
        arguments = {
            "tickets": [str(each) for each in tickets],
            "known_terms": [*self._terms],
        }
        answer = self._database.call("read_sla_logs", arguments)
        terms = [SlaTerms.model_validate(each) for each in answer["terms"]]
        self._terms.update((each.id, each) for each in terms)
        return [self._log(row) for row in answer["logs"]]

    def _log(self, row: dict[str, Any]) -> SlaLog:
        first = row.pop("first_terms")
        terms = [self._terms[each] for each in sorted(self._terms) if each >= first]
        return SlaLog.model_validate({**row, "terms": terms})

    def _save(self, projections: Sequence[Projection]) -> list[UUID]:
        if not projections:
            return []
        rows = [each.model_dump(mode="json") for each in projections]
        again = self._database.call("save_due_times", {"projections": rows})
        return [UUID(each) for each in again]
