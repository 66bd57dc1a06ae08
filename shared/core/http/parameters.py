"""What requests say besides their body: keys, versions, pages."""

import re
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BeforeValidator, Field

from shared.core.errors import Malformed
from shared.core.types import Command, SingleLine

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
_IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag you have read. When the ticket has changed since: 412.",
        examples=['"3"'],
    ),
]
_ETAG = re.compile(r'"([0-9]{1,9})"')


async def expected_version(if_match: _IfMatch = None) -> int | None:
    """Read the version that the caller wants to change, or None for any.

    Raises:
        Malformed: it is not one strong ETag of ours (RFC 9110, 13.1.1).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Malformed('If-Match takes one ETag as it was sent, such as "3".')
    return int(match[1])


ExpectedVersion = Annotated[int | None, Depends(expected_version)]


class PageQuery(Command):
    """Which page of a list; a parameter it does not know is refused, never ignored."""

    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")
    cursor: str | None = Field(
        default=None, max_length=500, description="`next_cursor` of the page before."
    )


class EventsQuery(Command):
    """From where to catch up with what happened."""

    after: int = Field(
        default=0, ge=0, le=2**31 - 1, description="The last `seq` seen."
    )
    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")


def _split(values: object) -> object:
    if not isinstance(values, list):
        return values
    return [part for value in values for part in str(value).split(",")]


Commas = BeforeValidator(_split)
"""Lets a list be written with commas: `?status=new,open`."""

StatusList = Annotated[list[Annotated[SingleLine, Field(max_length=50)]], Commas]


class Versioned(Protocol):
    """What has a version for its ETag."""

    @property
    def version(self) -> int:
        """Return the number that every change raises."""
        ...


VersionedT = TypeVar("VersionedT", bound=Versioned)


def set_etag(response: Response, answer: VersionedT) -> VersionedT:
    """Put the version of the answer into its ETag header; return the answer."""
    response.headers["ETag"] = f'"{answer.version}"'
    return answer
