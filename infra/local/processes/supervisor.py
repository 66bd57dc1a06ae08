"""Start services, watch them all, stop them in reverse."""

import subprocess
from pathlib import Path
from typing import IO

from .record import ProcessRecord
from .service import Service
from .starting import check, start, stop, wait_until_ready


class Supervisor:
    """The processes of one stack.

    Args:
        logs: folder for one `<service>.log` each, written anew at every start.
        record: where the processes are noted in case we are killed.
    """

    def __init__(self, logs: Path, record: ProcessRecord) -> None:
        self._logs = logs
        self._record = record
        self._started: list[tuple[Service, subprocess.Popen[bytes], IO[bytes]]] = []

    def start(self, *services: Service) -> None:
        """Start services side by side, without waiting until they serve.

        Raises:
            ServiceFailed: a program cannot be run; the others keep running.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        for service in services:
            with (self._logs / f"{service.name}.log").open("wb") as log:
                process = start(service, log)
            self._started.append((service, process, log))
            self._record.add(process.pid, service.stop)

    def wait_until_ready(self, *services: Service) -> None:
        """Return once the given services serve; without any, all that were started.

        Raises:
            ServiceFailed: one does not; the others keep running until `stop`.
        """
        for started in self._started:
            if not services or started[0] in services:
                wait_until_ready(*started)

    def check(self) -> None:
        """Check that everything still runs.

        Raises:
            ServiceFailed: which service ended, how, and where its log is.
        """
        for started in self._started:
            check(*started)

    def stop(self) -> None:
        """Stop every service in reverse order, each after the one before has ended."""
        while self._started:
            service, process, _ = self._started.pop()
            stop(service, process)
        self._record.clear()
