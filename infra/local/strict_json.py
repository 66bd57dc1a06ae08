"""Parse JSON as RFC 8259 has it, and refuse everything else in one way.

Python's parser also takes `NaN` and halves of surrogate pairs, which no other parser
reads and no encoder writes, and fails in a second way on deep nesting.
"""

import json
from typing import Any


def loads(text: str | bytes) -> Any:  # noqa: ANN401 (whatever the text says)
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or no UTF-8 can write it.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def has_nul(value: object) -> bool:
    """Return whether a text in a JSON value has a NUL, which Postgres refuses."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(has_nul(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(map(has_nul, value))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
