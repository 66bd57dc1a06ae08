r"""Numbers that no double holds, kept exactly on their way through Python.

Parsers of JSON make doubles of numbers with a fraction or an exponent, which loses
digits beyond the seventeenth. So where JSON enters, such a number becomes a marked
text, a NUL and its literal; and where JSON leaves, it becomes a number again. No other
text begins with a NUL, because PostgreSQL stores none (`storable`).

Of the parsers there are, simplejson gives decimals, which pydantic writes as texts, and
orjson has doubles alone.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import cast

MOST_DIGITS = 1000
LARGEST = Decimal("1e308")

_NUMBER = rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_LITERAL = re.compile(_NUMBER.decode())
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|' + _NUMBER, re.DOTALL)
_SUSPICIOUS = re.compile(rb"[0-9.]{16}|[0-9][eE]|\\u0000")
_MARKED = re.compile(rb'"\\u0000(' + _NUMBER + rb')"')
_LONGEST_INTEGER = 4000  # digits; Python parses some more


def mark_numbers(document: bytes) -> bytes:
    """Return a JSON document in which numbers that no double holds are marked texts."""
    if not _SUSPICIOUS.search(document):
        return document
    return _TOKEN.sub(_mark, document)


def unmark_numbers(document: bytes) -> bytes:
    """Return a JSON document with numbers in the place of marked texts."""
    if b'"\\u0000' not in document:
        return document
    return _MARKED.sub(rb"\1", document)


def as_number(value: object) -> Decimal | None:
    """Return the number that a parsed value is, marked or not, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _decimal(value[1:]) if value[:1] == "\0" else None
    if isinstance(value, int | float | Decimal):
        return _decimal(str(value))
    return None


def storable_number(text: str) -> None:
    """Refuse a marked text that is no number, or one beyond what a ticket keeps.

    Raises:
        ValueError: says which.
    """
    if not _LITERAL.fullmatch(text[1:]):
        raise ValueError("must not contain NUL")
    number = as_number(text)
    if (
        number is None
        or number.copy_abs() > LARGEST
        or -cast("int", number.as_tuple().exponent) > MOST_DIGITS
    ):
        raise ValueError(
            f"must be a number up to 1e308 with at most {MOST_DIGITS:,} decimals"
        )


def _mark(token: re.Match[bytes]) -> bytes:
    text = token[0]
    if text.startswith(b'"\\u0000'):
        return b'"\\u0000' + text[1:]  # two NULs: no number, whatever follows
    if text.startswith(b'"') or _survives(text.decode()):
        return text
    return b'"\\u0000' + text + b'"'


def _survives(literal: str) -> bool:
    if literal.lstrip("-").isdigit():
        return len(literal) <= _LONGEST_INTEGER
    number = _decimal(literal)
    return number is not None and number == _decimal(repr(float(literal)))


def _decimal(literal: str) -> Decimal | None:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
