"""Waking one worker for each chore there is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.clock import Chore, ChoreFinder
from shared.errors import Unavailable

WOKEN: Mapping[str, Any] = {"woken": True}
"""What a worker is told that was woken; one that the clock starts is told nothing, and
does what has time besides."""

log = Logger(child=True)


class Clock:
    """Strikes once a minute, and wakes whoever is asked for in between."""

    def __init__(
        self, chores: ChoreFinder, start: Callable[[Chore, Mapping[str, Any]], None]
    ) -> None:
        self._chores = chores
        self._start = start

    def strike(self) -> list[str]:
        """Start a worker for whatever is due; return for what.

        Raises:
            Unavailable: the database or Lambda cannot be reached; whoever could be
                started has been.
        """
        return self._start_all(self._chores.find(), {})

    def wake(self, names: Iterable[str]) -> list[str]:
        """Start a worker for each chore that is named, once; return for what.

        Raises:
            Unavailable: Lambda cannot be reached; whoever could be started has been.
        """
        return self._start_all(Chore.known(dict.fromkeys(names)), WOKEN)

    def _start_all(
        self, chores: Iterable[Chore], event: Mapping[str, Any]
    ) -> list[str]:
        started: list[str] = []
        outage: Unavailable | None = None
        for chore in chores:
            try:
                self._start(chore, event)
            except Unavailable as error:
                log.warning("a worker could not be started", chore=chore)
                outage = error
            else:
                started.append(chore)
        if outage is not None:
            raise outage
        return started
