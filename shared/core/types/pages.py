"""Cursor pagination: a page begins after a sort key, so that every page costs the same.

A cursor is the sort key of the last item, encoded; it grants nothing, because every
page is read under the caller's rights.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.core.errors import Malformed

from .rows import Item, parse_rows

SortKey = TypeVar("SortKey")

MAX_CURSOR = 4_000
"""Characters; a text of 200 characters and an id take less."""

Position = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number as a column of type integer holds it."""

BigPosition = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A number as a column of type bigint holds it."""

EncryptedPosition = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
"""A position that the database has encrypted, so that nobody counts by it."""


class NumberedPage(NamedTuple):
    """Which page of a history, whose items are numbered.

    Attributes:
        after: the number before the first item.
        before: the number after the last item; None for no end.
        newest_first: whether the page begins at the end.
        size: items at most.
    """

    after: int = 0
    before: int | None = None
    newest_first: bool = False
    size: int = 50

    def continued(self, last: int) -> "NumberedPage":
        """Return the page that follows the item of this number."""
        if self.newest_first:
            return self._replace(before=last)
        return self._replace(after=max(self.after, last))

    def arguments(self) -> dict[str, int | bool | None]:
        """Return the same as the database's queries take it."""
        return {
            "after": self.after,
            "before": self.before,
            "newest_first": self.newest_first or None,
            "page_size": self.size,
        }


class Page(BaseModel, Generic[Item]):
    """A page of a list, and the cursor of the next one."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page; null on the last one."
    )


def read_page(answer: Mapping[str, Any], parse: Callable[[Any], Item]) -> Page[Item]:
    """Return a page from an answer of the database: `items`, and the `next` sort key.

    The database ends a page by bytes, too, so it says itself where the next begins.
    """
    following = answer["next"]
    if following is not None and not isinstance(following, list):
        following = [following]
    return Page(
        items=parse_rows(answer["items"], parse),
        next_cursor=following and encode_cursor(following),
    )


def decode_cursor(cursor: str | None, shape: type[SortKey]) -> SortKey | None:
    """Read a cursor back into the sort key it was made of.

    Raises:
        Malformed: it was not made for this list, or was tampered with.
    """
    if cursor is None:
        return None
    refusal = Malformed(
        "The cursor does not belong to this list. Start without one.", "bad-cursor"
    )
    if len(cursor) > MAX_CURSOR:
        raise refusal
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        return TypeAdapter(shape).validate_json(raw, strict=False)
    except (ValueError, ValidationError) as error:
        raise refusal from error


def decode_sort_key(cursor: str | None, shape: type[SortKey]) -> list[str] | None:
    """Read a cursor back into a sort key in the form that the database takes.

    Raises:
        Malformed: it was not made for this list, or was tampered with.
    """
    sort_key: Any = decode_cursor(cursor, shape)
    return sort_key and [str(each) for each in sort_key]


def encode_cursor(sort_key: Sequence[Any]) -> str:
    """Make a cursor of a sort key."""
    text = json.dumps([str(key) for key in sort_key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()
