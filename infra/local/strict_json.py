"""Parse JSON as RFC 8259 has it, and refuse everything else in one way.

Python's parser also takes `NaN` and halves of surrogate pairs, which no other parser
reads and no encoder writes, and fails in a second way on deep nesting.
"""

import json
import re
from typing import Any

NUL = re.compile(r"(?<!\\)(\\\\)*\\u0000")


def loads(text: str | bytes) -> Any:  # noqa: ANN401 (whatever the text says)
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or cannot be written again.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def has_nul(value: object) -> bool:
    """Return whether a text in a JSON value has a NUL, which Postgres refuses."""
    return NUL.search(json.dumps(value)) is not None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
