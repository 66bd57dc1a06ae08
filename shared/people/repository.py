"""People, roles and agents over PostgREST."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, decode_cursor, page_of

from .agents import Agent, AgentChange, AgentRef, AvailabilityChange, LeavingAgent
from .models import Me, Person, Role, RoleDefinition
from .ports import Agents, PeopleReader, Roles


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
        told = self._call("set_availability", agent, change.model_dump(mode="json"))
        return LeavingAgent.model_validate(told)

    @override
    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        told = self._call("change_agent", agent, {"changes": change.said()})
        return Agent.model_validate(told)

    def _call(
        self, function: str, agent: AgentRef, asked: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._database.call(
            function, {"agent": str(agent), **asked}
        )
        return told


class PeopleRepository(PeopleReader):
    """People as the caller may see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def me(self) -> Me:
        return Me.model_validate(self._database.call("whoami", {}))

    @override
    def find(
        self, search: str | None, role: str | None, cursor: str | None, size: int
    ) -> Page[Person]:
        place = decode_cursor(cursor, tuple[str, UUID])
        arguments = {
            "search": search,
            "role": role,
            "after": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_people", arguments)
        people = [Person.model_validate(row) for row in rows]
        return page_of(people, size, lambda last: (last.name, last.id))


class RoleRepository(Roles):
    """Roles as the caller may manage them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[Role]:
        rows = self._database.call("list_roles", {})
        return [Role.model_validate(row) for row in rows]

    @override
    def define(self, role: str, definition: RoleDefinition) -> Role:
        asked = {"role": role, **definition.model_dump()}
        return Role.model_validate(self._database.call("define_role", asked))

    @override
    def grant(self, person: UUID, role: str) -> Person:
        return self._turn("grant_role", person, role)

    @override
    def revoke(self, person: UUID, role: str) -> Person:
        return self._turn("revoke_role", person, role)

    def _turn(self, function: str, person: UUID, role: str) -> Person:
        asked = {"person": str(person), "role": role}
        return Person.model_validate(self._database.call(function, asked))
