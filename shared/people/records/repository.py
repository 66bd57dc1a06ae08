"""People's records over PostgREST."""

from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database

from .models import PersonChange, PersonDraft, PersonRecord
from .ports import PersonRecords, PersonStates


class PersonRepository(PersonRecords, PersonStates):
    """Records of people as the caller may manage them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, person: UUID) -> PersonRecord:
        return self._call("get_person", person)

    @override
    def create(self, draft: PersonDraft, key: str | None) -> PersonRecord:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        row = self._database.call("create_person", arguments)
        return PersonRecord.model_validate(row)

    @override
    def change(
        self, person: UUID, change: PersonChange, version: int | None
    ) -> PersonRecord:
        changes = change.changes()
        return self._call(
            "change_person", person, changes=changes, expected_version=version
        )

    @override
    def invitable(self, person: UUID, key: str | None) -> PersonRecord:
        return self._call("invite_person", person, idempotency_key=key)

    @override
    def deactivate(self, person: UUID, key: str | None) -> PersonRecord:
        return self._call("deactivate_person", person, idempotency_key=key)

    @override
    def reactivate(self, person: UUID, key: str | None) -> PersonRecord:
        return self._call("reactivate_person", person, idempotency_key=key)

    @override
    def merge(self, person: UUID, into: UUID, key: str | None) -> PersonRecord:
        return self._call(
            "merge_people", person, into_person=str(into), idempotency_key=key
        )

    @override
    def undo_merge(self, person: UUID, key: str | None) -> PersonRecord:
        return self._call("undo_merge", person, idempotency_key=key)

    def _call(self, function: str, person: UUID, **more: Any) -> PersonRecord:  # noqa: ANN401
        row = self._database.call(function, {"person": str(person), **more})
        return PersonRecord.model_validate(row)
