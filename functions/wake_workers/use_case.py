"""Waking one worker for each kind of work there is."""

from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger

from shared.clock import Work, WorkFinder
from shared.errors import Unavailable

log = Logger(child=True)


class Clock:
    """Strikes once a minute."""

    def __init__(
        self, work: WorkFinder, workers: Mapping[Work, Callable[[], None]]
    ) -> None:
        self._work = work
        self._workers = workers

    def strike(self) -> list[str]:
        """Wake whoever has work; return for what.

        Raises:
            Unavailable: the database or Lambda cannot be reached; whoever could be
                woken has been.
        """
        woken: list[str] = []
        outage: Unavailable | None = None
        for kind in self._work.find():
            try:
                self._workers[kind]()
            except Unavailable as error:
                log.warning("a worker could not be woken", kind=kind)
                outage = error
            else:
                woken.append(kind)
        if outage is not None:
            raise outage
        return woken
