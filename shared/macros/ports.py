"""What may be done with macros. Each method is one transaction."""

from typing import Protocol
from uuid import UUID

from shared.core.types import Page
from shared.tickets import TicketRef

from .models import (
    Macro,
    MacroChange,
    MacroChoice,
    MacroDraft,
    MacroPreview,
    MacroResult,
)


class Macros(Protocol):
    """Saved macros: one's own, a team's, everyone's.

    `version` is the one that the caller has read, or None for any. Every method may
    raise `Denied`.
    """

    def list(self, cursor: str | None, size: int) -> Page[Macro]:
        """Return a page of the macros that the caller can use, by name."""
        ...

    def get(self, macro: UUID) -> Macro:
        """Return a macro that the caller can use, or raise `NotFound`."""
        ...

    def create(self, draft: MacroDraft, key: str | None) -> Macro:
        """Save a macro once a key; raise `Conflict`, `Invalid`."""
        ...

    def change(self, macro: UUID, change: MacroChange, version: int | None) -> Macro:
        """Change what was sent; raise `NotFound`, `Invalid`, `Stale`."""
        ...

    def delete(self, macro: UUID, version: int | None) -> Macro:
        """Delete a macro and return what it was; raise `NotFound`, `Stale`."""
        ...


class MacroRunner(Protocol):
    """Macros at work. Both raise what the single changes would raise."""

    def apply(
        self,
        ticket: TicketRef,
        choice: MacroChoice,
        version: int | None,
        key: str | None,
    ) -> MacroResult:
        """Apply a macro once a key, to this version of a ticket or to any."""
        ...

    def preview(self, ticket: TicketRef, choice: MacroChoice) -> MacroPreview:
        """Return what applying it would do; change nothing."""
        ...
