r"""Patterns: the subset of regular expressions that PostgreSQL and Python read alike.

The database matches them with its own engine, which does not backtrack. Python's does,
and a pattern like `[a-z]{0,99}` twenty times over would take it for ever; so a text is
matched here part by part, which takes at most parts times characters times repetitions.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_ATOM = (
    r"[A-Za-z0-9 _/:,#@=-]"
    r"|\\[][.+*?(){}|^$\\/-]"
    r"|\[(?:[A-Za-z0-9_]|[A-Z]-[A-Z]|[a-z]-[a-z]|[0-9]-[0-9])+\]"
)
_PART = re.compile(rf"({_ATOM})(\?|\{{([0-9]{{1,2}})(?:,([0-9]{{1,2}}))?\}})?")
_PATTERN = re.compile(
    rf"(?:(?:{_ATOM})(?:\?|\{{[0-9]{{1,2}}(?:,[0-9]{{1,2}})?\}})?){{1,20}}"
)
MAX_LENGTH = 100


class _Part(NamedTuple):
    atom: re.Pattern[str]  # matches one character
    least: int
    most: int


class Pattern:
    """A pattern that texts match as a whole, or not."""

    def __init__(self, text: str) -> None:
        """Read a pattern.

        Raises:
            ValueError: it is none; `private.is_pattern` says what one is.
        """
        if len(text) > MAX_LENGTH or not _PATTERN.fullmatch(text):
            raise ValueError("must be a pattern of the supported subset")
        self._parts = list(_read(text))

    def matches(self, text: str) -> bool:
        """Say whether a text matches from its first to its last character."""
        ends = {0}
        for part in self._parts:
            ends = {end for begin in ends for end in _ends(part, text, begin)}
        return len(text) in ends


def _read(text: str) -> Iterator[_Part]:
    for atom, quantifier, low, high in _PART.findall(text):
        least, most = 1, 1
        if quantifier == "?":
            least = 0
        elif quantifier:
            least, most = int(low), int(high or low)
        if least > most:
            raise ValueError("repeats at least more often than at most")
        try:
            yield _Part(re.compile(atom), least, most)
        except re.error as error:
            raise ValueError("has a range that ends before it begins") from error


def _ends(part: _Part, text: str, begin: int) -> Iterator[int]:
    for times in range(part.most + 1):
        if times >= part.least:
            yield begin + times
        if not part.atom.match(text, begin + times):
            return
