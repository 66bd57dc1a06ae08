"""Pages of tickets, and the cursors that lead from one to the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.core.types import (
    BigPosition,
    Model,
    Page,
    StatusCategory,
    Storable,
    TicketPriority,
    decode_sort_key,
    encode_cursor,
    parse_rows,
)
from shared.tickets import Ticket

from .models import Queue, QueueSummary
from .selection import FieldSort, QueueSort, Total


class DefaultFilter(Model):
    """The filter of a queue whose request names neither a status nor a category."""

    status_category: list[StatusCategory]
    snoozed: bool | None = Field(
        default=None, description="False where snoozed tickets were left out."
    )


class TicketPage(Page[Ticket]):
    """Some tickets; it may come short, or empty, and not be the last page.

    A page looks at so many tickets and no more, however few of them fit. Only a
    `next_cursor` of null says that there are no more.
    """

    default_filter: DefaultFilter | None = Field(
        default=None, description="The filter that applied, since none was given."
    )
    total: Total | None = Field(
        default=None, description="How many there are; null without `count`."
    )


ByPriority = tuple[Literal[QueueSort.PRIORITY], TicketPriority, datetime, UUID]
ByTime = tuple[Literal[QueueSort.WAITING, QueueSort.UPDATED], datetime, UUID]
ByNumber = tuple[Literal[QueueSort.OLDEST, QueueSort.NEWEST], BigPosition]
ByField = tuple[FieldSort, Annotated[Storable, Field(max_length=400)], UUID]
QueueSortKey = ByPriority | ByTime | ByNumber | ByField
"""A sort, and the key of a ticket in its order."""


def read_sort_key(cursor: str | None) -> Sequence[str] | None:
    """Return the sort, and the sort key of the last ticket, that a cursor holds.

    Raises:
        Malformed: the cursor was not made for a queue.
    """
    return decode_sort_key(cursor, QueueSortKey)  # type: ignore[arg-type]


def read_page(answer: Mapping[str, Any]) -> TicketPage:
    """Return a page of tickets from the answer of the database."""
    sort_key, added = answer["next"], answer.get("default_filter")
    return TicketPage(
        items=parse_rows(answer["items"], Ticket.model_validate),
        next_cursor=encode_cursor([answer["sort"], *sort_key]) if sort_key else None,
        default_filter=added
        and DefaultFilter(
            status_category=added["status_categories"], snoozed=added.get("snoozed")
        ),
        total=answer["total"],
    )


def read_queues(rows: Sequence[Mapping[str, Any]]) -> list[Queue | QueueSummary]:
    """Return queues from their rows, which hold less for customers."""
    return parse_rows(rows, _read_queue)


def _read_queue(row: Mapping[str, Any]) -> Queue | QueueSummary:
    return (Queue if "counts" in row else QueueSummary).model_validate(row)
