"""What use cases may do with people's records.

Each method is one round trip, one transaction, and may raise `Unauthenticated`,
`Denied`, `NotFound` and `Unavailable`; further errors stand at each method. `key` is
the `Idempotency-Key` of a request.
"""

from typing import Protocol
from uuid import UUID

from .models import PersonChange, PersonDraft, PersonRecord


class PersonRecords(Protocol):
    """Records of people."""

    def get(self, person: UUID) -> PersonRecord:
        """Return a person."""
        ...

    def create(self, draft: PersonDraft, key: str | None) -> PersonRecord:
        """Enter a person; raise `Conflict` when somebody has the address, `Invalid`."""
        ...

    def change(
        self, person: UUID, change: PersonChange, version: int | None
    ) -> PersonRecord:
        """Change a person; raise `Stale`, `Invalid`."""
        ...

    def invitable(self, person: UUID, key: str | None) -> PersonRecord:
        """Return a person who may be invited, or raise `Conflict`.

        `pending` says that this request has not led to an invitation yet.
        """
        ...


class PersonStates(Protocol):
    """Who may act, and as whom."""

    def deactivate(self, person: UUID, key: str | None) -> PersonRecord:
        """End what a person may do; raise `Conflict` for the last administrator."""
        ...

    def reactivate(self, person: UUID, key: str | None) -> PersonRecord:
        """Let a person act again; raise `Conflict` when they were merged."""
        ...

    def merge(self, person: UUID, into: UUID, key: str | None) -> PersonRecord:
        """Merge a person into another and return that one; raise `Conflict`."""
        ...

    def undo_merge(self, person: UUID, key: str | None) -> PersonRecord:
        """Undo the merge of a person; raise `Conflict` when it is too late."""
        ...
