"""What use cases may ask about people, roles and agents.

Each method is one round trip, one transaction, and may raise `Unauthenticated` and
`Unavailable`; further errors stand at each method.
"""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page

from .models import Me, Permission, Person, Role, RoleDefinition


class PeopleReader(Protocol):
    """Looking people up."""

    def me(self) -> Me:
        """Return the caller, with rights as they are now."""
        ...

    def find(
        self, search: str | None, role: str | None, cursor: str | None, size: int
    ) -> Page[Person]:
        """Return people by name, or raise `Denied`."""
        ...


class Permissions(Protocol):
    """What roles may allow."""

    def permissions(self) -> list[Permission]:
        """Return every permission with its meaning."""
        ...


class Roles(Protocol):
    """Roles and who has them; a change holds from the next request on."""

    def all(self) -> list[Role]:
        """Return every role."""
        ...

    def define(
        self, role: str, definition: RoleDefinition, version: int | None
    ) -> Role:
        """Make or change a role; raise `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def delete(self, role: str, version: int | None) -> Role:
        """Delete a role that nobody holds; raise `NotFound`, `Denied`, `Conflict`."""
        ...

    def grant(self, person: UUID, role: str) -> Person:
        """Give a role; raise `NotFound`, `Denied`."""
        ...

    def revoke(self, person: UUID, role: str) -> Person:
        """Take a role; raise `NotFound`, `Denied`, `Conflict` for the last admin."""
        ...
