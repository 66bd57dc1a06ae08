"""What requests say besides their body: keys, pages, and versions as ETags.

ETags are of RFC 9110 (8.8.3 and 13.1), read by a pattern of our own: Werkzeug and
Django bring a framework with their parsers, and Starlette splits at commas, which a tag
may contain.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BeforeValidator, Field

from shared.core.errors import Malformed, Stale
from shared.core.types import Command, NumberedPage, SingleLine

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text that is new for each request. Sent again within a day,"
        " the same key gets the first answer again and changes nothing.",
        examples=["0b9c7c1e-6f0f-4ad5-8a1a-0a4c8a1d7f55"],
    ),
]

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


MAX_TAGS = 20
"""As many as one request may name: each is an attempt."""

NO_VERSION = 0
"""The version of a tag that is none of ours, which no ticket has."""

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_EACH = re.compile(_TAG)
# With the digest of what was included, which a change is not meant for.
_OURS = re.compile(r'"([1-9][0-9]{0,8})(?:-[0-9a-f]{16})?"')


def parse_etags(header: str) -> list[str] | None:
    """Return the tags of a header, quoted as they came; None for `*`, which is any.

    Raises:
        Malformed: it is no list of tags, or a long one.
    """
    if header.strip() == "*":
        return None
    tags = _EACH.findall(header) if _TAGS.fullmatch(header) else []
    if not 1 <= len(tags) <= MAX_TAGS:
        raise Malformed(
            'Send `*` or ETags as they came, such as "3"; at most 20, by commas.'
        )
    return tags


Changed = TypeVar("Changed")


class Precondition:
    """The versions that a change is meant for; None for any."""

    def __init__(self, versions: Sequence[int] | None) -> None:
        self._versions = versions

    def write(self, change: Callable[[int | None], Changed]) -> Changed:
        """Make a change to one of the versions, each tried in a transaction.

        Args:
            change: what to do with a version, or with any for None.

        Raises:
            Stale: it is at none of them.
        """
        if self._versions is None:
            return change(None)
        *others, last = self._versions
        for version in others:
            try:
                return change(version)
            except Stale:
                continue
        return change(last)


async def precondition(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="ETags that you have read, or `*`. When what you change is at"
            " none of them: 412.",
            examples=['"3"'],
        ),
    ] = None,
) -> Precondition:
    """Read which versions the caller wants to change.

    Tags are compared strongly: a weak one is never the right one.

    Raises:
        Malformed: it is no list of tags.
    """
    tags = None if if_match is None else parse_etags(if_match)
    if tags is None:
        return Precondition(None)
    ours = [match[1] for tag in tags if (match := _OURS.fullmatch(tag))]
    return Precondition([int(text) for text in dict.fromkeys(ours)] or [NO_VERSION])


IfMatch = Annotated[Precondition, Depends(precondition)]
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="ETags that you have read, or `*`. When one of them is the"
        " ticket's: 304 without a body.",
        examples=['"3"'],
    ),
]


class Versioned(Protocol):
    """What has a version for its ETag."""

    @property
    def version(self) -> int:
        """Return the number that every change raises."""
        ...


VersionedT = TypeVar("VersionedT", bound=Versioned)


def set_etag(
    response: Response, answer: VersionedT, digest: str | None = None
) -> VersionedT:
    """Put the version of the answer into its ETag header; return the answer.

    What is the reader's and not the ticket's, such as `unread`, is not in it.

    Args:
        response: gets the header.
        answer: has the version.
        digest: of what else is in the answer, if anything is.
    """
    tag = f"{answer.version}-{digest}" if digest else answer.version
    response.headers["ETag"] = f'"{tag}"'
    return answer


def is_known(response: Response, if_none_match: str | None) -> bool:
    """Say whether the caller has what the ETag of a response names.

    Tags are compared weakly, as RFC 9110 wants it here.

    Raises:
        Malformed: it is no list of tags.
    """
    if if_none_match is None:
        return False
    tags = parse_etags(if_none_match)
    etag = response.headers["ETag"]
    return tags is None or etag in [tag.removeprefix("W/") for tag in tags]
