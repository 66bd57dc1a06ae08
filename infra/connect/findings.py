"""What a check found, and how to fix it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Result of a check."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Finding:
    """Result of one check; it never contains a secret.

    Attributes:
        about: what was checked.
        state: the result.
        message: details, as a sentence.
        fix: the command or the page that fixes it.
        can_wait: whether a deployment may go on without it.
    """

    about: str
    state: State
    message: str = ""
    fix: str = ""
    can_wait: bool = False


Check = Callable[[], Iterator[Finding]]


def good(about: str, message: str = "") -> Finding:
    """Report that something is as it should be."""
    return Finding(about, State.OK, message)


def lacking(about: str, message: str, fix: str, *, can_wait: bool = False) -> Finding:
    """Report that something is missing or wrong."""
    return Finding(about, State.MISSING, message, fix, can_wait)


def unknown(about: str, message: str, fix: str = "") -> Finding:
    """Report that something could not be checked."""
    return Finding(about, State.UNKNOWN, message, fix, can_wait=True)
