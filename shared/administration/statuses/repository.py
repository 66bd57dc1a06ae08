"""Statuses over PostgREST."""

from collections.abc import Sequence

from typing_extensions import override

from shared.core.persistence import Database

from .models import StatusList, TicketStatus, TicketStatusChange, TicketStatusDraft
from .ports import Statuses


class StatusRepository(Statuses):
    """Statuses over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self, languages: Sequence[str]) -> StatusList:
        answer = self._database.call("list_statuses", {"languages": [*languages]})
        return StatusList.model_validate(answer)

    @override
    def create(self, draft: TicketStatusDraft, key: str | None) -> TicketStatus:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        return TicketStatus.model_validate(
            self._database.call("create_status", arguments)
        )

    @override
    def change(
        self, status: str, change: TicketStatusChange, version: int | None
    ) -> TicketStatus:
        arguments = {
            "status": status,
            "changes": change.changes(),
            "expected_version": version,
        }
        return TicketStatus.model_validate(
            self._database.call("change_status", arguments)
        )
