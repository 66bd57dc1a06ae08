"""Starting one worker for each job that is due."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from shared.core.errors import Unavailable
from shared.core.jobs import DueJobs, Job, StartWorker

TRIGGERED: Mapping[str, Any] = {"triggered": True}
"""The event of a worker that was triggered; one that the scheduler starts gets none,
and does what has time besides."""

log = Logger(child=True)


class Dispatcher:
    """Starts workers: once a minute for what is due, and in between on request."""

    def __init__(self, jobs: DueJobs, start: StartWorker) -> None:
        self._jobs = jobs
        self._start = start

    def dispatch_due(self) -> list[str]:
        """Start a worker for every job that is due; return which.

        Raises:
            Unavailable: the database or Lambda cannot be reached; whoever could be
                started has been.
        """
        return self._start_all(self._jobs.find(), {})

    def dispatch_triggered(self, names: Iterable[str]) -> list[str]:
        """Start a worker for each job that is named, once; return which.

        Raises:
            Unavailable: Lambda cannot be reached; whoever could be started has been.
        """
        return self._start_all(Job.known(dict.fromkeys(names)), TRIGGERED)

    def _start_all(self, jobs: Iterable[Job], event: Mapping[str, Any]) -> list[str]:
        started: list[str] = []
        outage: Unavailable | None = None
        for job in jobs:
            try:
                self._start(job, event)
            except Unavailable as error:
                log.warning("a worker could not be started", job=job)
                outage = error
            else:
                started.append(job)
        if outage is not None:
            raise outage
        return started
