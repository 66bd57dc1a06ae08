"""Queues in memory; it remembers what it was asked, and filters by status alone."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.core.errors import NotFound
from shared.core.types import decode_cursor, page_of
from shared.queues import Queue, QueueFilter, QueueSort, Selection, TicketPage, Total
from shared.tickets import Ticket
from tests.builders import queue


@dataclass
class FakeQueues:
    """`QueueReader`."""

    tickets: list[Ticket] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=lambda: [queue()])
    views: dict[UUID, Selection] = field(default_factory=dict)
    asked: list[tuple[QueueFilter, QueueSort]] = field(default_factory=list)

    def overview(self) -> list[Queue]:
        return self.queues

    def page(
        self,
        queue: str,
        selection: Selection,
        cursor: str | None,
        size: int,
        *,
        count: bool = False,
    ) -> TicketPage:
        if not any(queue in (each.key, str(each.id)) for each in self.queues):
            raise NotFound("There is no such queue, or it is not yours to see.")
        return self._page(selection, cursor, size, count=count)

    def view(
        self, view: UUID, cursor: str | None, size: int, *, count: bool = False
    ) -> TicketPage:
        if view not in self.views:
            raise NotFound("There is no such view, or it is not yours to see.")
        return self._page(self.views[view], cursor, size, count=count)

    def _page(
        self, selection: Selection, cursor: str | None, size: int, *, count: bool
    ) -> TicketPage:
        self.asked.append((selection.filters, selection.sort))
        place = decode_cursor(cursor, tuple[int])
        fit = [
            each
            for each in sorted(self.tickets, key=lambda each: each.number)
            if selection.filters.statuses is None
            or each.status in selection.filters.statuses
        ]
        rest = [each for each in fit if place is None or each.number > place[0]]
        page = page_of(rest[: size + 1], size, lambda last: (last.number,))
        total = Total(count=len(fit), exact=True) if count else None
        return TicketPage(**page.model_dump(), total=total)
