"""Custom fields over PostgREST."""

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import parse_rows

from .models import Field, FieldChange, FieldDraft
from .ports import Fields


class FieldRepository(Fields):
    """Custom fields as the caller may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self, languages: list[str]) -> list[Field]:
        rows = self._database.call("list_fields", {"languages": languages})
        return parse_rows(rows, Field.model_validate)

    @override
    def get(self, field: str, languages: list[str]) -> Field:
        arguments = {"field": field, "languages": languages}
        return Field.model_validate(self._database.call("get_field", arguments))

    @override
    def create(self, draft: FieldDraft, key: str | None) -> Field:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        return Field.model_validate(self._database.call("create_field", arguments))

    @override
    def change(self, field: str, change: FieldChange, version: int | None) -> Field:
        arguments = {
            "field": field,
            "changes": change.changes(),
            "expected_version": version,
        }
        return Field.model_validate(self._database.call("change_field", arguments))


class FieldValues:
    """Collecting the values of filterable fields; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fill(self) -> bool:
        """Write or delete the next values; return whether there were any to look at."""
        return self._database.call("fill_field_values", {}) is not None
