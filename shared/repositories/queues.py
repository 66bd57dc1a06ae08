"""Queues and views over PostgREST."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.models import (
    Queue,
    QueueSort,
    Selection,
    Ticket,
    TicketPriority,
)
from shared.pages import decode_cursor, encode_cursor
from shared.persistence import Database

from .ports import TicketPage

ByPriority = tuple[Literal[QueueSort.PRIORITY], TicketPriority, datetime, UUID]
ByTime = tuple[Literal[QueueSort.WAITING, QueueSort.UPDATED], datetime, UUID]
ByNumber = tuple[Literal[QueueSort.OLDEST, QueueSort.NEWEST], int]
Place = ByPriority | ByTime | ByNumber
"""A sort, and the key of a ticket in its order."""


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
        asked: Selection,
        cursor: str | None,
        size: int,
        *,
        count: bool = False,
    ) -> TicketPage:
        """Return tickets of a queue after the cursor."""
        wanted = asked.wanted.model_dump(mode="json", exclude_none=True)
        place = _place(cursor)
        arguments = {
            "queue": queue,
            "wanted": wanted,
            "sort": asked.sort,
            "after": place and place[1:],
            "after_sort": place and place[0],
            "page_size": size,
            "counted": count,
        }
        return _page(self._database.call("list_queue", arguments))

    def view(
        self, view: UUID, cursor: str | None, size: int, *, count: bool = False
    ) -> TicketPage:
        """Return tickets of a view after the cursor."""
        place = _place(cursor)
        arguments = {
            "view": str(view),
            "after": place and place[1:],
            "after_sort": place and place[0],
            "page_size": size,
            "counted": count,
        }
        return _page(self._database.call("list_view", arguments))


def _place(cursor: str | None) -> Sequence[str] | None:
    place: Place | None = decode_cursor(cursor, Place)  # type: ignore[arg-type]
    return place and [str(key) for key in place]


def _page(answer: Mapping[str, Any]) -> TicketPage:
    place = answer["next"]
    return TicketPage(
        items=[Ticket.model_validate(row) for row in answer["items"]],
        next_cursor=encode_cursor([answer["sort"], *place]) if place else None,
        total=answer["total"],
    )
