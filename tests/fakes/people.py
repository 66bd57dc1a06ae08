"""People and roles in memory, kept by an administrator."""

from uuid import UUID

from shared.core.errors import Conflict, Denied, NotFound
from shared.core.types import Page, decode_cursor, page_of
from shared.people import Me, Person, Role, RoleDefinition
from tests.builders import ME, me, role


class FakePeople:
    """`PeopleReader`."""

    def __init__(self, *people: Person) -> None:
        self.people = {each.id: each for each in people}

    def me(self) -> Me:
        return me()

    def find(
        self, search: str | None, role: str | None, cursor: str | None, size: int
    ) -> Page[Person]:
        place = decode_cursor(cursor, tuple[str, UUID])
        found = [
            each
            for each in sorted(self.people.values(), key=lambda one: (one.name, one.id))
            if (search or "").lower() in f"{each.name} {each.email}".lower()
            and (role is None or role in each.roles)
            and (place is None or (each.name, each.id) > place)
        ]
        return page_of(found[: size + 1], size, lambda last: (last.name, last.id))


class FakeRoles:
    """`Roles`."""

    def __init__(self, people: FakePeople) -> None:
        self._people = people
        self.roles = {"admin": role()}

    def all(self) -> list[Role]:
        return list(self.roles.values())

    def define(self, role: str, definition: RoleDefinition) -> Role:
        if role in self.roles and self.roles[role].built_in:
            raise Conflict("A built-in role keeps its meaning.", "built-in-role")
        told = definition.model_dump()
        self.roles[role] = Role(role=role, built_in=False, **told)
        return self.roles[role]

    def grant(self, person: UUID, role: str) -> Person:
        found = self._found(person, role)
        return self._keep(found, sorted({*found.roles, role}))

    def revoke(self, person: UUID, role: str) -> Person:
        found = self._found(person, role)
        others = [each for each in self._people.people.values() if each.id != person]
        if role == "admin" and not any("admin" in each.roles for each in others):
            raise Conflict("Make another one first.", "last-admin")
        return self._keep(found, [kept for kept in found.roles if kept != role])

    def _found(self, person: UUID, role: str) -> Person:
        if person == ME:
            raise Denied("Nobody edits their own roles.", "own-role")
        if person not in self._people.people or role not in self.roles:
            raise NotFound("There is no such person or role.")
        return self._people.people[person]

    def _keep(self, person: Person, roles: list[str]) -> Person:
        changed = person.model_copy(update={"roles": roles})
        self._people.people[person.id] = changed
        return changed
