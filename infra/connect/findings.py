"""What a check found, and what mends it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; it never holds a secret.

    Attributes:
        about: the thing.
        state: how it stands.
        says: what was seen.
        mend: the command or the page that mends it.
        can_wait: whether a deployment may go on without it.
    """

    about: str
    state: State
    says: str = ""
    mend: str = ""
    can_wait: bool = False


Check = Callable[[], Iterator[Finding]]


def good(about: str, says: str = "") -> Finding:
    """It is as it should be."""
    return Finding(about, State.OK, says)


def lacking(about: str, says: str, mend: str, *, can_wait: bool = False) -> Finding:
    """It is not as it should be."""
    return Finding(about, State.MISSING, says, mend, can_wait)


def unknown(about: str, says: str, mend: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(about, State.UNKNOWN, says, mend, can_wait=True)
