"""How far due times follow the last change of policies or calendars."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model


class SlaRecompute(Model):
    """The progress of computing the due times of all unsolved tickets anew.

    Whoever changed something also gets it as a Broadcast, `SLA_RECOMPUTE_PROGRESSED`.
    """

    id: UUID
    state: Literal["waiting", "running", "finished"]
    total: int = Field(description="About how many tickets there are.")
    done: int
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Recomputes(Protocol):
    """The progress that the caller may read."""

    def latest(self) -> SlaRecompute | None:
        """Return that of the last change; None before the first."""
        ...


class RecomputeRepository(Recomputes):
    """Progress over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def latest(self) -> SlaRecompute | None:
        row = self._database.call("get_sla_recompute", {})
        return None if row is None else SlaRecompute.model_validate(row)
