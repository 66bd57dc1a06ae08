"""What is wrong with a value, in a sentence for whoever sent it.

Pydantic speaks to programmers ("Input should be True"). Kinds of its errors that are
not listed here keep its message: https://docs.pydantic.dev/latest/errors/validation_errors/
"""

from collections.abc import Mapping
from typing import Any

_TIME = "It must be a date and time with an offset, such as 2026-11-28T09:00:00Z."
_DATE = "It must be a date, such as 2026-11-28."
_DURATION = "It must be a duration of ISO 8601, such as PT2H."
_WHOLE = "It must be a whole number."
_FLAG = "It must be true or false."
_OBJECT = "It must be an object."
_FIELD = "It must have 1 to 50 small letters, digits and underscores, a letter first."
_LANGUAGE = "It must be a language tag, such as en or pt-BR."
_ID = "It must be an id, as responses show them."

SENTENCES: Mapping[str, str] = {
    "missing": "It is needed.",
    "extra_forbidden": "There is no such name here.",
    "enum": "It must be {expected}.",
    "literal_error": "It must be {expected}.",
    "string_type": "It must be a text.",
    "string_too_short": "It must have {min_length} characters or more.",
    "string_too_long": "It may have {max_length} characters at most.",
    "string_pattern_mismatch": "It does not match its pattern, which `/docs` shows.",
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "It is too large.",
    "int_from_float": _WHOLE,
    "float_type": "It must be a number.",
    "float_parsing": "It must be a number.",
    "finite_number": "It must be a number.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be {ge} or more.",
    "less_than": "It must be less than {lt}.",
    "less_than_equal": "It must be {le} or less.",
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _TIME,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "list_type": "It must be a list.",
    "too_short": "It must have {min_length} or more.",
    "too_long": "It may have {max_length} at most.",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
PATTERNS: Mapping[str, str] = {
    r"^[^\s,]{1,50}$": "It must have 1 to 50 characters, no spaces and no commas.",
    r"^[a-z][a-z0-9-]{1,39}$": "It must have 2 to 40 small letters, digits and hyphens,"
    " a letter first.",
    r"^[a-z][a-z0-9_]{1,39}$": "It must have 2 to 40 small letters, digits and"
    " underscores, a letter first.",
    r"^[a-z][a-z0-9_]{1,49}$": "It must have 2 to 50 small letters, digits and"
    " underscores, a letter first.",
    r"^[a-z][a-z0-9_]{0,49}$": _FIELD,
    r"^-?field\.[a-z][a-z0-9_]{0,49}$": "It must be `field.` and the key of a field, or"
    " the same after a hyphen.",
    r"^field\.[a-z][a-z0-9_]{0,49}(\.from|\.to)?$": "It must be `field.` and the key of"
    " a field, alone or with `.from` or `.to`.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$": _LANGUAGE,
    r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$": _LANGUAGE,
    r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$": "It must be an email address.",
    r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$": "It must be from one"
    " time to another, such as 09:00-17:30; a day ends at 24:00.",
    r"^([0-9]{1,18}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$": "It must be"
    " the number or the id of a ticket.",
    r"^[\x21-\x7e]+$": "It must be of ASCII characters without spaces.",
}
_JSON = {"True": "true", "False": "false", "None": "null"}


def sentence_of(error: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, without repeating it.

    Args:
        error: of pydantic, with its `type`, `ctx` and `msg`.
    """
    kind, about = error["type"], dict(error.get("ctx") or {})
    if kind == "missing" and tuple(error["loc"]) == ("body",):
        return "A body is needed: an object of JSON."
    if kind == "value_error":
        return _whole(str(about["error"]))
    if about.get("pattern") in PATTERNS:
        return PATTERNS[about["pattern"]]
    if kind not in SENTENCES:
        return _whole(str(error["msg"]))
    expected = str(about.get("expected", ""))
    return SENTENCES[kind].format_map(
        about | {"expected": _JSON.get(expected, expected)}
    )


def _whole(words: str) -> str:
    """Make a sentence of what a validator of ours says, such as `must be a number`."""
    if words.startswith("must "):
        words = f"It {words}"
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."
