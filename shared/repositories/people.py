"""People and roles over PostgREST."""

from uuid import UUID

from shared.models import Me, Person, Role, RoleDefinition
from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database


class People:
    """`PeopleReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def me(self) -> Me:
        """Return the caller, with rights as they are now."""
        return Me.model_validate(self._database.call("whoami", {}))

    def find(
        self, search: str | None, role: str | None, cursor: str | None, size: int
    ) -> Page[Person]:
        """Return people by name."""
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


class Roles:
    """`RoleKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Role]:
        """Return every role."""
        rows = self._database.call("list_roles", {})
        return [Role.model_validate(row) for row in rows]

    def define(self, role: str, definition: RoleDefinition) -> Role:
        """Make or change a role."""
        asked = {"role": role, **definition.model_dump()}
        return Role.model_validate(self._database.call("define_role", asked))

    def grant(self, person: UUID, role: str) -> Person:
        """Give a role."""
        return self._turn("grant_role", person, role)

    def revoke(self, person: UUID, role: str) -> Person:
        """Take a role."""
        return self._turn("revoke_role", person, role)

    def _turn(self, function: str, person: UUID, role: str) -> Person:
        asked = {"person": str(person), "role": role}
        return Person.model_validate(self._database.call(function, asked))
