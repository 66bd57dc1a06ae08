"""For which versions a change is meant, by If-Match of RFC 9110 (13.1.1)."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Header

from shared.core.errors import Stale

from .etags import parse_etags

NO_VERSION = 0
"""The version of a tag that is none of ours, which no ticket has."""

# With the digest of what was included, which a change is not meant for.
_OURS = re.compile(r'"([1-9][0-9]{0,8})(?:-[0-9a-f]{16})?"')

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
