"""Pages that begin after a place, so that every page costs the same.

A cursor is the sort key of the last item, encoded; it grants nothing, because every
page is read under the caller's rights.
"""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.core.errors import Malformed

Item = TypeVar("Item")
SortKey = TypeVar("SortKey")


class Page(BaseModel, Generic[Item]):
    """Some items, and where to go on."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page; null on the last one."
    )


def page_of(
    items: Sequence[Item], size: int, place: Callable[[Item], Sequence[Any]]
) -> Page[Item]:
    """Make a page of at most `size` items from one item more than it holds.

    Args:
        items: what was read, `size + 1` of them when there is another page.
        size: items on a page.
        place: the sort key of an item, ending in a unique column.
    """
    shown = list(items[:size])
    rest = len(items) > size
    return Page(
        items=shown, next_cursor=encode_cursor(place(shown[-1])) if rest else None
    )


def decode_cursor(cursor: str | None, shape: type[SortKey]) -> SortKey | None:
    """Read a cursor back into the sort key it was made of.

    Raises:
        Malformed: it was not made for this list, or was tampered with.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        return TypeAdapter(shape).validate_json(raw, strict=False)
    except (ValueError, ValidationError) as error:
        raise Malformed(
            "The cursor does not belong to this list. Start without one.", "bad-cursor"
        ) from error


def encode_cursor(place: Sequence[Any]) -> str:
    """Make a cursor of a sort key."""
    text = json.dumps([str(key) for key in place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()
