"""Which part of a list a request wants: pages, histories and statuses."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.core.types import Command, NumberedPage, SingleLine

LAST = 2**31 - 1
"""The greatest number of a comment or an event."""


class PageQuery(Command):
    """Which page of a list; a parameter it does not know is refused, never ignored."""

    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")
    cursor: str | None = Field(
        default=None, description="`next_cursor` of the page before."
    )


class HistorySort(StrEnum):
    """From the first item on, or from the last one back."""

    OLDEST = "oldest"
    NEWEST = "newest"


class HistoryQuery(Command):
    """Which page of what is numbered in its ticket."""

    sort: HistorySort = HistorySort.OLDEST
    after: int = Field(
        default=0,
        ge=0,
        le=LAST,
        description="The last number seen: what came later, also after the last page.",
    )
    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")

    def page(self, before: int | None = None) -> NumberedPage:
        """Return the same as the database takes it."""
        newest_first = self.sort is HistorySort.NEWEST
        return NumberedPage(self.after, before, newest_first, self.limit)


class EventsQuery(HistoryQuery):
    """From where to catch up with what happened, or to look back."""

    before: int | None = Field(
        default=None,
        ge=1,
        le=LAST,
        description="The first `seq` seen: what was earlier.",
    )


def _split(values: object) -> object:
    if not isinstance(values, list):
        return values
    return [part for value in values for part in str(value).split(",")]


Commas = BeforeValidator(_split)
"""Lets a list be written with commas: `?status=new,open`."""

StatusList = Annotated[list[Annotated[SingleLine, Field(max_length=50)]], Commas]
