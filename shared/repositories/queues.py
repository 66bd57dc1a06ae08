"""Queues over PostgREST."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.models import Queue, QueueFilter, QueueSort, Ticket, TicketPriority
from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database

from .tickets import TICKET


@dataclass(frozen=True)
class Order:
    """How a sort names a place: the shape of its key, and the key of a ticket."""

    shape: type[Any]
    place: Callable[[Ticket], Sequence[Any]]


ORDERS: Mapping[QueueSort, Order] = {
    QueueSort.PRIORITY: Order(
        tuple[TicketPriority, datetime, UUID],
        lambda ticket: (ticket.priority, ticket.waiting_since, ticket.id),
    ),
    QueueSort.UPDATED: Order(
        tuple[datetime, UUID], lambda ticket: (ticket.updated_at, ticket.id)
    ),
    QueueSort.OLDEST: Order(tuple[int], lambda ticket: (ticket.number,)),
    QueueSort.NEWEST: Order(tuple[int], lambda ticket: (ticket.number,)),
}


class Queues:
    """`QueueReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overview(self) -> list[Queue]:
        """Return the queues the caller may read, with live counts."""
        rows = self._database.call("list_queues", {})
        return [Queue.model_validate(row) for row in rows]

    def page(
        self,
        queue: str,
        wanted: QueueFilter,
        sort: QueueSort,
        cursor: str | None,
        size: int,
    ) -> Page[Ticket]:
        """Return tickets of a queue, `size` of them after the cursor."""
        order = ORDERS[sort]
        place = decode_cursor(cursor, order.shape)
        arguments = {
            **wanted.model_dump(mode="json"),
            "queue": queue,
            "sort": sort,
            "after": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_queue", arguments, TICKET)
        tickets = [Ticket.model_validate(row) for row in rows]
        return page_of(tickets, size, order.place)
