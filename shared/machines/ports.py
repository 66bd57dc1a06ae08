"""What use cases may ask about machine users. Each method is one round trip.

Every method may raise `Unauthenticated`, `Denied` and `Unavailable`; further errors
stand at each method.
"""

from typing import Protocol
from uuid import UUID

from pydantic import SecretStr

from shared.core.persistence import Account
from shared.core.types import Page

from .models import (
    Machine,
    MachineChange,
    MachineCredentials,
    MachineDraft,
    NewMachine,
    SecretDraft,
)


class MachineUsers(Protocol):
    """Who may use the API as a program."""

    def page(self, cursor: str | None, size: int) -> Page[Machine]:
        """Return machine users, oldest first."""
        ...

    def get(self, machine: UUID) -> Machine:
        """Return one; raise `NotFound`."""
        ...

    def create(self, draft: MachineDraft, key: str | None) -> NewMachine:
        """Create one, whose account is still missing; raise `Invalid`, `Conflict`."""
        ...

    def change(
        self, machine: UUID, change: MachineChange, version: int | None
    ) -> Machine:
        """Change one; raise `NotFound`, `Invalid`, `Conflict`, `Stale`."""
        ...

    def revoke(self, machine: UUID) -> Machine:
        """End one for good; raise `NotFound`."""
        ...


class MachineSecrets(Protocol):
    """The secrets of a machine user, two at most."""

    def add(self, machine: UUID, draft: SecretDraft, key: str | None) -> NewMachine:
        """Add a second one; raise `NotFound`, `Conflict`, `Invalid`."""
        ...

    def remove(self, machine: UUID, secret: UUID) -> Machine:
        """End one; raise `NotFound`."""
        ...


class MachineAccounts(Protocol):
    """The accounts of machine users in Auth; needs the secret key."""

    def missing(self, machine: UUID) -> Account | None:
        """Return the account that a machine user still needs; None when it has one."""
        ...

    def authenticate(
        self, client_id: str, client_secret: SecretStr
    ) -> MachineCredentials | None:
        """Return how to sign in for a live secret, else None; raise `TooMany`."""
        ...
