"""Saved views over PostgREST."""

from typing import Any
from uuid import UUID

from shared.persistence import Database

from .models import View, ViewChange, ViewDraft


class Views:
    """`ViewKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[View]:
        """Return the views the caller has, own ones first."""
        rows = self._database.call("list_views", {})
        return [View.model_validate(row) for row in rows]

    def create(self, draft: ViewDraft, key: str | None) -> View:
        """Save a view."""
        asked = {**_told(draft), "idempotency_key": key}
        return View.model_validate(self._database.call("create_view", asked))

    def change(self, view: UUID, change: ViewChange) -> View:
        """Change what is named."""
        asked = {"view": str(view), "changes": _told(change)}
        return View.model_validate(self._database.call("change_view", asked))

    def delete(self, view: UUID) -> View:
        """Delete a view."""
        asked = {"view": str(view)}
        return View.model_validate(self._database.call("delete_view", asked))


def _told(said: ViewDraft | ViewChange) -> dict[str, Any]:
    told = said.model_dump(mode="json", exclude_unset=True)
    if "conditions" in told:
        told["conditions"] = said.conditions.model_dump(mode="json", exclude_none=True)
    return told
