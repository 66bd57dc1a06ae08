"""Tell what there is to tell, and come back for what was too early."""

from collections.abc import Callable
from math import ceil

from shared.boards import StatusTeller


class Announcer:
    """Safe to be run twice, at once, late or not at all: the minute finds the rest."""

    def __init__(self, teller: StatusTeller, wake: Callable[[int], None]) -> None:
        self._teller = teller
        self._wake = wake

    def run(self, *, woken: bool) -> None:
        """Tell, and be woken again when something must wait its second."""
        tell = self._teller.tell_promised if woken else self._teller.tell_all
        seconds = tell()
        if seconds is not None:
            self._wake(ceil(seconds))
