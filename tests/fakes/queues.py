"""Queues in memory; it remembers what it was asked, and filters by status alone."""

from dataclasses import dataclass, field

from shared.errors import NotFound
from shared.models import Queue, QueueFilter, QueueSort, Ticket
from shared.pages import Page, decode_cursor, page_of
from tests.builders import queue


@dataclass
class FakeQueues:
    """`QueueReader`."""

    tickets: list[Ticket] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=lambda: [queue()])
    asked: list[tuple[QueueFilter, QueueSort]] = field(default_factory=list)

    def overview(self) -> list[Queue]:
        return self.queues

    def page(
        self,
        queue: str,
        wanted: QueueFilter,
        sort: QueueSort,
        cursor: str | None,
        size: int,
    ) -> Page[Ticket]:
        if not any(queue in (each.key, str(each.id)) for each in self.queues):
            raise NotFound("There is no such queue, or it is not yours to see.")
        self.asked.append((wanted, sort))
        place = decode_cursor(cursor, tuple[int])
        found = [
            each
            for each in sorted(self.tickets, key=lambda each: each.number)
            if (wanted.statuses is None or each.status in wanted.statuses)
            and (place is None or each.number > place[0])
        ]
        return page_of(found[: size + 1], size, lambda last: (last.number,))
