"""Texts as PostgreSQL stores them: one line, or many.

The database holds the same rules for whoever calls it directly (the migration of
texts); a test compares the two character classes with those of its functions.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

# Spaces, controls, and what Unicode calls default ignorable.
INVISIBLE = (
    r"\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Controls, line breaks, and what turns the direction of the text that follows.
BREAKING = r"\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_VISIBLE = re.compile(f"[^{INVISIBLE}]")
_BREAKING = re.compile(f"[{BREAKING}]")
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)+")


def storable(text: str) -> str:
    """Refuse what PostgreSQL cannot store as text: NUL and lone surrogates."""
    if "\0" in text or any("\ud800" <= letter < "\ue000" for letter in text):
        raise ValueError("must not contain NUL or lone surrogates")
    return text


def single_line(text: str) -> str:
    """Refuse line breaks, controls, and what is not empty and yet invisible."""
    if _BREAKING.search(text):
        raise ValueError("must be a single line without control characters")
    return visible(text) if text else text


def visible(text: str) -> str:
    """Refuse a text of spaces, controls and zero-width characters alone."""
    if not is_visible(text):
        raise ValueError("must have something to see")
    return text


def is_visible(text: str) -> bool:
    """Say whether a text has something to see: not only spaces and controls."""
    return _VISIBLE.search(text) is not None


def _without_blank_ends(text: str) -> str:
    """Remove blank lines before and white space after; lines keep their indentation."""
    blank = _BLANK_LINES.match(text)
    return text[blank.end() if blank else 0 :].rstrip()


Storable = Annotated[str, AfterValidator(storable)]
Address = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$",
        description="Kept in lower case.",
        examples=["ada@example.com"],
    ),
    AfterValidator(storable),
]
"""An email address, as `private.as_email` reads one."""
SingleLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(storable),
    AfterValidator(single_line),
]
LongText = Annotated[
    str,
    AfterValidator(_without_blank_ends),
    Field(min_length=1, max_length=50_000),
    AfterValidator(storable),
    AfterValidator(visible),
]
