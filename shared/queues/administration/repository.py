"""Administering queues over PostgREST."""

from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, Storable, decode_sort_key, parse_rows, read_page
from shared.queues import Queue

from .models import Assignable, Member, QueueChange, QueueDraft
from .ports import QueueMembers, QueueWriter


class QueueAdministration(QueueWriter, QueueMembers):
    """Queues and members as the caller may change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, queue: str) -> Queue:
        return Queue.model_validate(self._database.call("get_queue", {"queue": queue}))

    @override
    def create(self, draft: QueueDraft, key: str | None) -> Queue:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        return Queue.model_validate(self._database.call("create_queue", arguments))

    @override
    def change(self, queue: str, change: QueueChange, version: int | None) -> Queue:
        arguments = {
            "queue": queue,
            "changes": change.changes(),
            "expected_version": version,
        }
        return Queue.model_validate(self._database.call("change_queue", arguments))

    @override
    def members(self, queue: str) -> list[Member]:
        rows = self._database.call("list_queue_members", {"queue": queue})
        return parse_rows(rows, Member.model_validate)

    @override
    def assignable(
        self, queue: str, search: str | None, cursor: str | None, size: int
    ) -> Page[Assignable]:
        arguments = {
            "queue": queue,
            "search": search,
            "after": decode_sort_key(cursor, tuple[Storable, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_assignable", arguments)
        return read_page(answer, Assignable.model_validate)

    @override
    def add(self, queue: str, person: UUID) -> Member:
        return self._turn("add_queue_member", queue, person)

    @override
    def remove(self, queue: str, person: UUID) -> Member:
        return self._turn("remove_queue_member", queue, person)

    def _turn(self, function: str, queue: str, person: UUID) -> Member:
        arguments = {"queue": queue, "person": str(person)}
        return Member.model_validate(self._database.call(function, arguments))
