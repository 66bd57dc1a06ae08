"""What use cases may ask of custom fields. Each method is one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol

from .models import Field, FieldChange, FieldDraft


class Fields(Protocol):
    """The custom fields of tickets."""

    def all(self, languages: list[str]) -> list[Field]:
        """Return the fields that the caller may see, in the order of forms."""
        ...

    def get(self, field: str, languages: list[str]) -> Field:
        """Return one by its key, or raise `NotFound`."""
        ...

    def create(self, draft: FieldDraft, key: str | None) -> Field:
        """Define a field once a key; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def change(self, field: str, change: FieldChange, version: int | None) -> Field:
        """Change what was sent; raise `NotFound`, `Denied`, `Invalid`, `Stale`."""
        ...
