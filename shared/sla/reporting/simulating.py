"""Trying a policy, over PostgREST."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.sla.calendars import SlaCalendar
from shared.sla.history import SlaLog, SlaTerms
from shared.sla.policies import SlaPolicy, SlaPolicyDraft

from .simulation import Simulation, SimulationDraft, simulate


class Simulations(Protocol):
    """Trying a policy."""

    def run(self, draft: SimulationDraft) -> Simulation:
        """Return what it would have meant; raise `Denied`, `Invalid`."""
        ...


class SimulationRepository(Simulations):
    """Simulations over logs that come by PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def run(self, draft: SimulationDraft) -> Simulation:
        policy = draft.policy.model_dump(mode="json", exclude_unset=True)
        arguments = {"draft": policy, "days": draft.days, "after_number": draft.after}
        row = self._database.call("read_sla_simulation", arguments)
        terms = _terms(draft.policy, row)
        logs = [_log(each, terms) for each in row["logs"]]
        return simulate(logs, row["since"], row["next"])


def _terms(draft: SlaPolicyDraft, row: Mapping[str, Any]) -> SlaTerms:
    fields = draft.model_dump(exclude={"conditions", "position"})
    policy = SlaPolicy(
        **fields,
        id=UUID(int=0),
        position=1,
        conditions=row["conditions"],
        calendar_name=None,
        valid_from=row["since"],
        version=1,
    )
    calendars = [SlaCalendar.model_validate(each) for each in row["calendars"]]
    return SlaTerms(id=1, since=row["since"], policies=[policy], calendars=calendars)


def _log(row: Mapping[str, Any], terms: SlaTerms) -> SlaLog:
    """Return the log without the breaches of the policies that applied."""
    events = [each for each in row["events"] if each["type"] != "TICKET_SLA_BREACHED"]
    return SlaLog.model_validate({**row, "events": events, "terms": [terms]})
