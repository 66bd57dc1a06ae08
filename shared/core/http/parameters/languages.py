"""In which languages somebody reads, by `Accept-Language` (RFC 9110, 12.5.4).

Read by a few lines of our own: Werkzeug, Django and Babel bring a framework with their
parsers, and Starlette has none.
"""

import re
from typing import Annotated

from fastapi import Depends, Header

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3})\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?"
)
MAX_LANGUAGES = 10


def parse_languages(header: str) -> list[str]:
    """Return the tags of a header, best first, each followed by what is wider.

    `de-CH, en;q=0.5` is `de-CH`, `de`, `en`: the look-up of RFC 4647 (3.4). What is no
    language is left out, because browsers send the header and not people.
    """
    parts = [_RANGE.fullmatch(part) for part in header.split(",")]
    found = [(float(part[2] or 1), part[1]) for part in parts if part]
    liked = [tag for q, tag in sorted(found, key=lambda each: -each[0]) if q > 0]
    tags: dict[str, None] = {}
    for tag in liked[:MAX_LANGUAGES]:
        steps = tag.split("-")
        tags |= {"-".join(steps[:end]): None for end in range(len(steps), 0, -1)}
    return list(tags)


async def _languages(
    accept_language: Annotated[
        str,
        Header(
            alias="Accept-Language",
            description="In which languages you read labels, as browsers send it.",
            examples=["de-CH, en;q=0.5"],
        ),
    ] = "",
) -> list[str]:
    return parse_languages(accept_language)


Languages = Annotated[list[str], Depends(_languages)]
"""The languages that the caller reads, best first."""
