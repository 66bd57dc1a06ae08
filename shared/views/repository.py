"""Saved views over PostgREST."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import parse_rows

from .models import View, ViewChange, ViewDraft
from .ports import Views


class ViewRepository(Views):
    """Saved views as the caller may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[View]:
        rows = self._database.call("list_views", {})
        return parse_rows(rows, View.model_validate)

    @override
    def get(self, view: UUID) -> View:
        return View.model_validate(self._database.call("get_view", {"view": str(view)}))

    @override
    def create(self, draft: ViewDraft, key: str | None) -> View:
        arguments = {**_changes(draft), "idempotency_key": key}
        return View.model_validate(self._database.call("create_view", arguments))

    @override
    def change(self, view: UUID, change: ViewChange, version: int | None) -> View:
        arguments = {
            "view": str(view),
            "changes": _changes(change),
            "expected_version": version,
        }
        return View.model_validate(self._database.call("change_view", arguments))

    @override
    def delete(self, view: UUID, version: int | None) -> View:
        arguments = {"view": str(view), "expected_version": version}
        return View.model_validate(self._database.call("delete_view", arguments))


def _changes(body: ViewDraft | ViewChange) -> dict[str, Any]:
    changes = body.model_dump(mode="json", exclude_unset=True)
    if "conditions" in changes:
        changes["conditions"] = body.conditions.model_dump(
            mode="json", exclude_none=True
        )
    return changes
