"""What use cases may ask about service levels. Each method is one round trip.

Every method may raise `Unauthenticated`, `Denied` and `Unavailable`; further errors
stand at each method.
"""

from typing import Protocol
from uuid import UUID

from .calendars import SlaCalendar, SlaCalendarChange, SlaCalendarDraft
from .policies import SlaPolicy, SlaPolicyChange, SlaPolicyDraft


class Calendars(Protocol):
    """Calendars as the caller may read and change them."""

    def all(self) -> list[SlaCalendar]:
        """Return every calendar, by name."""
        ...

    def get(self, calendar: UUID) -> SlaCalendar:
        """Return one, or raise `NotFound`."""
        ...

    def create(self, draft: SlaCalendarDraft, key: str | None) -> SlaCalendar:
        """Create one; raise `Conflict` for a name that another has."""
        ...

    def change(
        self, calendar: UUID, change: SlaCalendarChange, version: int | None
    ) -> SlaCalendar:
        """Change what was sent; raise `NotFound`, `Stale` at another version."""
        ...

    def delete(self, calendar: UUID) -> SlaCalendar:
        """Delete it; raise `NotFound`, `Conflict` while a policy uses it."""
        ...


class Policies(Protocol):
    """Policies as the caller may read and change them."""

    def all(self) -> list[SlaPolicy]:
        """Return every policy, in the order in which they are asked."""
        ...

    def get(self, policy: UUID) -> SlaPolicy:
        """Return one, or raise `NotFound`."""
        ...

    def create(self, draft: SlaPolicyDraft, key: str | None) -> SlaPolicy:
        """Create one; raise `Conflict` where one could never match."""
        ...

    def change(
        self, policy: UUID, change: SlaPolicyChange, version: int | None
    ) -> SlaPolicy:
        """Change what was sent; raise `NotFound`, `Stale`, `Conflict` as above."""
        ...

    def delete(self, policy: UUID) -> SlaPolicy:
        """Delete it; return what it was, or raise `NotFound`."""
        ...
