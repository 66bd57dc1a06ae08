"""Queues and their members over PostgREST."""

from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database

from .models import Queue, QueueSummary
from .pages import TicketPage, read_page, read_queues, read_sort_key
from .ports import QueueReader
from .selection import Selection


class QueueRepository(QueueReader):
    """Queues as the caller may see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def overview(self, *, archived: bool) -> list[Queue | QueueSummary]:
        rows = self._database.call("list_queues", {"archived": archived})
        return read_queues(rows)

    @override
    def page(
        self,
        queue: str,
        selection: Selection,
        cursor: str | None,
        size: int,
        *,
        count: bool = False,
    ) -> TicketPage:
        filters = selection.filters.model_dump(mode="json", exclude_none=True)
        sort_key = read_sort_key(cursor)
        arguments = {
            "queue": queue,
            "filters": filters,
            "sort": selection.sort,
            "after": sort_key and sort_key[1:],
            "after_sort": sort_key and sort_key[0],
            "page_size": size,
            "with_total": count,
        }
        return read_page(self._database.call("list_queue", arguments))

    @override
    def view(
        self, view: UUID, cursor: str | None, size: int, *, count: bool = False
    ) -> TicketPage:
        sort_key = read_sort_key(cursor)
        arguments = {
            "view": str(view),
            "after": sort_key and sort_key[1:],
            "after_sort": sort_key and sort_key[0],
            "page_size": size,
            "with_total": count,
        }
        return read_page(self._database.call("list_view", arguments))
