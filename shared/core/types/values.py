"""Field types that refuse what JSON Schema or PostgreSQL would not take."""

import math
import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    JsonValue,
    Strict,
)

from shared.core.numbers import storable_number

from .texts import storable

MAX_DEPTH = 8
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)([Zz]|[ +-]\d\d:?\d\d)"
)


def storable_fields(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse custom fields that jsonb cannot hold, or that nest without end."""
    _check_depth(fields, 0)
    return fields


def _read_time(value: object) -> object:
    """Refuse what is no date and time of RFC 3339, which pydantic takes much for.

    A plus in a query that is not escaped comes as a space, which can only be a plus.
    """
    if isinstance(value, datetime):
        return value
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            "must be a date and time with an offset, such as 2026-11-28T09:00:00Z"
        )
    return match[1] + match[2].replace(" ", "+")


def _refuse_text(value: object) -> object:
    """Refuse text and flags, which pydantic takes for numbers."""
    if isinstance(value, str | bool):
        raise ValueError("must be a number")  # noqa: TRY004
    return value


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL knows no zone further than 15:59 from Greenwich; Python does."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999") from None


def _check_depth(value: JsonValue, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"must not nest deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        storable_number(value) if value.startswith("\0") else storable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must not contain NaN or infinity")
    elif isinstance(value, dict):
        for key, item in value.items():
            storable(key)
            _check_depth(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_depth(item, depth + 1)


# JSON's own true or false and numbers, and a moment as it is written; pydantic takes 0
# for any of them.
StrictBool = Annotated[bool, Strict()]
StrictInt = Annotated[int, BeforeValidator(_refuse_text)]
Timestamp = Annotated[
    AwareDatetime, BeforeValidator(_read_time), AfterValidator(_in_utc)
]

Fields = Annotated[
    dict[str, JsonValue], Field(max_length=100), AfterValidator(storable_fields)
]
