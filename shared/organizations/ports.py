"""What use cases may ask about organizations. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page

from .models import (
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationMember,
    OrganizationName,
    OrganizationPage,
)


class OrganizationReader(Protocol):
    """Reading organizations: staff all of each, others the name of their own."""

    def find(
        self, search: str | None, cursor: str | None, size: int
    ) -> OrganizationPage:
        """Return organizations by name."""
        ...

    def get(self, organization: UUID) -> Organization | OrganizationName:
        """Return one, or raise `NotFound`."""
        ...

    def members(
        self, organization: UUID, cursor: str | None, size: int
    ) -> Page[OrganizationMember]:
        """Return its people by name; raise `NotFound`, `Denied`."""
        ...


class OrganizationWriter(Protocol):
    """Entering, changing and deleting organizations."""

    def create(self, draft: OrganizationDraft, key: str | None) -> Organization:
        """Enter one once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(
        self, organization: UUID, change: OrganizationChange, version: int | None
    ) -> Organization:
        """Change what was sent, if it is at this version; None for any.

        Raises `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`.
        """
        ...

    def delete(self, organization: UUID, version: int | None) -> Organization:
        """Delete one and return what it was, if it is at this version; None for any.

        Raises `NotFound`, `Denied`, `Stale`, `Conflict` while it has people or tickets.
        """
        ...
