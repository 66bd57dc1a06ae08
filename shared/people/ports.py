"""What use cases may ask about people, roles and agents.

Each method is one round trip, one transaction, and may raise `Unauthenticated` and
`Unavailable`; further errors stand at each method.
"""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page

from .agents import Agent, AgentChange, AgentRef, AvailabilityChange, LeavingAgent
from .models import Me, Person, Role, RoleDefinition


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


class Roles(Protocol):
    """Roles and who has them; a change holds from the next request on."""

    def all(self) -> list[Role]:
        """Return every role."""
        ...

    def define(self, role: str, definition: RoleDefinition) -> Role:
        """Make or change a role; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def grant(self, person: UUID, role: str) -> Person:
        """Give a role; raise `NotFound`, `Denied`."""
        ...

    def revoke(self, person: UUID, role: str) -> Person:
        """Take a role; raise `NotFound`, `Denied`, `Conflict` for the last admin."""
        ...


class Agents(Protocol):
    """Agents: availability, capacity and skills."""

    def get(self, agent: AgentRef) -> Agent:
        """Return an agent, or raise `NotFound`, `Denied`."""
        ...

    def set_availability(
        self, agent: AgentRef, change: AvailabilityChange
    ) -> LeavingAgent:
        """Set their availability; raise `NotFound`, `Denied`."""
        ...

    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        """Change capacity and skills; raise `NotFound`, `Denied`, `Invalid`."""
        ...
