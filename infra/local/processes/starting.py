"""Start one service, wait until it serves, stop it."""

import http.client
import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from socket import create_connection
from typing import IO, Any
from urllib.parse import urlsplit

from .lifetime import die_with_parent
from .service import Service, ServiceFailed

START_LIMIT = 60.0  # seconds
STOP_LIMIT = 20.0
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


@contextmanager
def running(
    services: Sequence[Service],
) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """Run services for the time of the block: each starts once the one before serves.

    Raises:
        ServiceFailed: one of them could not start.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with tempfile.TemporaryFile() as log:
        try:
            for service in services:
                processes[service.name] = start(service, log)
                wait_until_ready(service, processes[service.name], log)
            yield processes
        finally:
            for service in reversed(services):
                if process := processes.get(service.name):
                    stop(service, process)


def start(service: Service, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a service in a process group of its own; it ends with its parent.

    Raises:
        ServiceFailed: the program cannot be run.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        return subprocess.Popen(
            service.command,
            env={**inherited, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            process_group=0,
            preexec_fn=die_with_parent(service.stop),
            **run_as(service.user),
        )
    except OSError as error:
        raise ServiceFailed(f"{service.name} cannot be started: {error}.") from error


def run_as(user: str | None) -> dict[str, Any]:
    """Return the arguments of `Popen` that change the user; only root can."""
    if user is None or os.geteuid() != 0:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def stop(service: Service, process: subprocess.Popen[bytes]) -> None:
    """Send the stop signal, wait for the end, and kill what is left of the group."""
    if process.poll() is None:
        process.send_signal(service.stop)
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until_ready(
    service: Service, process: subprocess.Popen[bytes], log: IO[bytes]
) -> None:
    """Wait until a service serves.

    Raises:
        ServiceFailed: it ended, or does not serve in time.
    """
    deadline = time.monotonic() + START_LIMIT
    while not _serves(service.ready):
        check(service, process, log)
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{service.name} does not answer; {_about(log)}.")
        time.sleep(0.02)


def check(service: Service, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Check that a service still runs.

    Raises:
        ServiceFailed: it has ended; with its exit code and its log.
    """
    if (code := process.poll()) is not None:
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
        raise ServiceFailed(f"{service.name} ended with exit {how}; {_about(log)}.")


def _about(log: IO[bytes]) -> str:
    """Return where the log is, or the end of one that has no name."""
    if isinstance(log.name, str):
        return f"its log is {log.name}"
    log.seek(0)
    return f"its log ends {log.read().decode(errors='replace')[-2000:]}"


def _serves(ready: str) -> bool:
    address = urlsplit(ready)
    try:
        if address.scheme == "tcp":
            create_connection((address.hostname or "", address.port or 0), 1).close()
            return True
        with closing(http.client.HTTPConnection(address.netloc, timeout=2)) as client:
            client.request("GET", address.path)
            return client.getresponse().status < http.HTTPStatus.MULTIPLE_CHOICES
    except (OSError, http.client.HTTPException):
        return False
