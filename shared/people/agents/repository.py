"""Agents over PostgREST."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from shared.core.persistence import Database

from .models import Agent, AgentChange, AgentRef, AvailabilityChange, LeavingAgent
from .ports import Agents


class AgentRepository(Agents):
    """Agents as the caller may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, agent: AgentRef) -> Agent:
        return Agent.model_validate(self._call("get_agent", agent, {}))

    @override
    def set_availability(
        self, agent: AgentRef, change: AvailabilityChange
    ) -> LeavingAgent:
        row = self._call("set_availability", agent, change.model_dump(mode="json"))
        return LeavingAgent.model_validate(row)

    @override
    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        row = self._call("change_agent", agent, {"changes": change.changes()})
        return Agent.model_validate(row)

    def _call(
        self, function: str, agent: AgentRef, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        row: Mapping[str, Any] = self._database.call(
            function, {"agent": str(agent), **arguments}
        )
        return row
