"""From what PostgREST reports to our kinds of failure, in one place.

Codes: PostgreSQL's appendix A, PostgREST's error reference, and our own PTxxx, which
carry a slug as message, a sentence as detail and as hint, with PT429, seconds, or with
PT422, where the body is wrong (a JSON list of pointers, each with a detail).
"""

import json
import re
from collections.abc import Mapping

from postgrest import APIError

from shared.core.errors import (
    AppError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)

_OUR_OWN: Mapping[str, type[AppError]] = {
    "PT401": Unauthenticated,
    "PT403": Denied,
    "PT404": NotFound,
    "PT409": Conflict,
    "PT412": Stale,
    "PT422": Invalid,
    "PT429": TooMany,
}
_THEIRS: Mapping[str, type[AppError]] = {
    "PGRST301": Unauthenticated,  # forged, expired (before 13) or not a token
    "PGRST302": Unauthenticated,  # anonymous access is off
    "PGRST303": Unauthenticated,  # expired or unfit claims
    "42501": Unauthenticated,  # only somebody not signed in lacks the right to call
    "22P02": Invalid,  # not a value of its type
    "22P05": Invalid,  # a character that cannot be stored
    "22021": Invalid,
    "22003": Invalid,  # out of range
    "22007": Invalid,  # no date or time
    "22008": Invalid,  # a time out of range
    "22009": Invalid,  # a zone out of range
    "23502": Invalid,  # not null
    "23503": Invalid,  # foreign key
    "23514": Invalid,  # check
    "23505": Conflict,  # unique
    "40P01": Unavailable,  # deadlock
    "53300": Unavailable,  # too many connections
    "55P03": Unavailable,  # lock timeout
    "57014": Unavailable,  # statement timeout
    "57P01": Unavailable,  # shutting down
    "57P02": Unavailable,  # recovering from a crash
    "57P03": Unavailable,  # starting
    "PGRST000": Unavailable,  # no connection
    "PGRST001": Unavailable,
    "PGRST002": Unavailable,  # schema cache being built
    "PGRST003": Unavailable,  # no connection left in the pool
}
_UNIQUE = re.compile(r'unique constraint "\w+?_(name|key|email|domain)_(?:key|unique)"')
_CHECK = re.compile(r'relation "(\w+)" violates check constraint "(\w+)"')
# How constraints of one column end, and what is then wrong with its value.
_WRONG: Mapping[str, str] = {
    "length": "is too short or too long",
    "form": "is not written as it has to be",
    "visible": "has nothing to see",
    "count": "has too many entries",
}
_SIGN_IN = "The access token is not valid, or not any more. Sign in again."


def failure(error: APIError) -> AppError:
    """Return the failure that an error of PostgREST stands for."""
    # Whatever stands between us and PostgREST answers without a code, or with its own.
    code = str(error.code or "")
    if own := _OUR_OWN.get(code):
        failed = own(str(error.details or "") or None, error.message)
        if isinstance(failed, TooMany):
            failed.seconds = int(error.hint or failed.seconds)
        elif isinstance(failed, Invalid) and error.hint:
            failed.errors = json.loads(error.hint)
        return failed
    if code in ("401", "403"):
        return Unauthenticated(_SIGN_IN)
    # When its connection breaks half-way, PostgREST answers 400 with an empty code.
    if code in ("502", "503", "504") or error.code == "":
        return Unavailable()
    kind = _THEIRS.get(code)
    if kind is None:
        return _surprise(code, error)
    return kind(_say(error, kind))


def _surprise(code: str, error: APIError) -> AppError:
    """Note for the log what only a mistake of ours can cause.

    Classes 42 and PGRST speak of names and grammar; other messages may quote a row.
    """
    known = code.startswith(("42", "PGRST"))
    surprise = AppError()
    surprise.add_note(
        f"PostgREST {code}: {error.message}" if known else f"PostgREST {code}"
    )
    return surprise


def _say(error: APIError, kind: type[AppError]) -> str | None:
    """Say what is wrong with which field; never echo the value, it may be personal."""
    if kind is Unauthenticated:
        return _SIGN_IN
    if kind not in (Invalid, Conflict):
        return None
    if taken := _UNIQUE.search(error.message or ""):
        return f"There is one with this `{taken[1]}` already."
    if broken := _CHECK.search(error.message or ""):
        field, _, end = broken[2].removeprefix(f"{broken[1]}_").rpartition("_")
        if field and end in _WRONG:
            return f"`{field}` {_WRONG[end]}."
    return "A value is not acceptable."
