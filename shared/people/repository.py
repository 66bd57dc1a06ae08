"""People, roles and agents over PostgREST."""

from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, Storable, decode_sort_key, parse_rows, read_page

from .models import Me, Permission, Person, Role, RoleDefinition
from .ports import PeopleReader, Permissions, Roles


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
        arguments = {
            "search": search,
            "role": role,
            "after": decode_sort_key(cursor, tuple[Storable, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_people", arguments)
        return read_page(answer, Person.model_validate)


class RoleRepository(Roles, Permissions):
    """Roles as the caller may manage them, and what they may allow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[Role]:
        rows = self._database.call("list_roles", {})
        return parse_rows(rows, Role.model_validate)

    @override
    def permissions(self) -> list[Permission]:
        rows = self._database.call("list_permissions", {})
        return parse_rows(rows, Permission.model_validate)

    @override
    def define(
        self, role: str, definition: RoleDefinition, version: int | None
    ) -> Role:
        arguments = {
            "role": role,
            **definition.model_dump(),
            "expected_version": version,
        }
        return Role.model_validate(self._database.call("define_role", arguments))

    @override
    def delete(self, role: str, version: int | None) -> Role:
        arguments = {"role": role, "expected_version": version}
        return Role.model_validate(self._database.call("delete_role", arguments))

    @override
    def grant(self, person: UUID, role: str) -> Person:
        return self._turn("grant_role", person, role)

    @override
    def revoke(self, person: UUID, role: str) -> Person:
        return self._turn("revoke_role", person, role)

    def _turn(self, function: str, person: UUID, role: str) -> Person:
        arguments = {"person": str(person), "role": role}
        return Person.model_validate(self._database.call(function, arguments))
