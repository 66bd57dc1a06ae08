"""Macros over PostgREST."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, decode_sort_key, read_page
from shared.tickets import TicketRef

from .models import (
    Macro,
    MacroChange,
    MacroChoice,
    MacroDraft,
    MacroPreview,
    MacroResult,
)
from .ports import MacroRunner, Macros


class MacroRepository(Macros, MacroRunner):
    """Macros as the caller may use and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def list(self, cursor: str | None, size: int) -> Page[Macro]:
        arguments = {"after": decode_sort_key(cursor, tuple[str, UUID])}
        answer = self._database.call("list_macros", {**arguments, "page_size": size})
        return read_page(answer, Macro.model_validate)

    @override
    def get(self, macro: UUID) -> Macro:
        return self._one("get_macro", macro=str(macro))

    @override
    def create(self, draft: MacroDraft, key: str | None) -> Macro:
        arguments = draft.model_dump(mode="json", exclude_none=True)
        return self._one("create_macro", **arguments, idempotency_key=key)

    @override
    def change(self, macro: UUID, change: MacroChange, version: int | None) -> Macro:
        changes = change.changes()
        if change.actions is not None:
            actions = change.actions.model_dump(mode="json", exclude_none=True)
            changes = {**changes, "actions": actions}
        return self._one(
            "change_macro", macro=str(macro), changes=changes, expected_version=version
        )

    @override
    def delete(self, macro: UUID, version: int | None) -> Macro:
        return self._one("delete_macro", macro=str(macro), expected_version=version)

    @override
    def apply(
        self,
        ticket: TicketRef,
        choice: MacroChoice,
        version: int | None,
        key: str | None,
    ) -> MacroResult:
        arguments = {**_chosen(ticket, choice), "expected_version": version}
        row = self._database.call("apply_macro", {**arguments, "idempotency_key": key})
        return MacroResult.model_validate(row)

    @override
    def preview(self, ticket: TicketRef, choice: MacroChoice) -> MacroPreview:
        row = self._database.call("preview_macro", _chosen(ticket, choice))
        return MacroPreview.model_validate(row)

    def _one(self, function: str, **arguments: Any) -> Macro:  # noqa: ANN401
        return Macro.model_validate(self._database.call(function, arguments))


def _chosen(ticket: TicketRef, choice: MacroChoice) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "macro": str(choice.macro_id),
        "macro_version": choice.macro_version,
    }
