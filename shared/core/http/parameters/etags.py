"""Versions as ETags of RFC 9110 (8.8.3), as responses name them and headers list them.

They are read by a pattern of our own: Werkzeug and Django bring a framework with their
parsers, and Starlette splits at commas, which a tag may contain.
"""

import re
from typing import Annotated, Protocol, TypeVar

from fastapi import Header, Response

from shared.core.errors import Malformed

MAX_TAGS = 20
"""As many as one request may name: each is an attempt."""

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_EACH = re.compile(_TAG)


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
