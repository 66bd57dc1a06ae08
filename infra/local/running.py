"""Running parts for the time of a block, one after the other: what tests need."""

import os
import pwd
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from socket import create_connection
from typing import IO
from urllib.parse import urlsplit

from .part import Part
from .process import die_with_parent

PATIENCE = 30.0  # seconds that a part may take to serve
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


class PartFailed(Exception):
    """A part ended or did not serve in time; with what it said last."""


@contextmanager
def running(
    parts: Sequence[Part], log: IO[bytes] | None = None
) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
    """Start the parts in order, and stop them in the opposite order.

    Raises:
        PartFailed: one of them could not start.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with tempfile.TemporaryFile() as own_log:
        try:
            for part in parts:
                processes[part.name] = start(part, log or own_log)
                wait_until_ready(part, processes[part.name], log or own_log)
            yield processes
        finally:
            for part in reversed(parts):
                if process := processes.get(part.name):
                    stop(part, process)


def start(part: Part, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start one part; it ends also when whoever started it is killed."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return subprocess.Popen(
        part.command,
        env={**inherited, **part.environment},
        stdout=log,
        stderr=log,
        cwd="/",
        preexec_fn=die_with_parent(part.stop),
        user=part.user,
        group=pwd.getpwnam(part.user).pw_gid if part.user else None,
        extra_groups=[] if part.user else None,
    )


def stop(part: Part, process: subprocess.Popen[bytes]) -> None:
    """Ask a part to end, and wait until it has."""
    if process.poll() is None:
        process.send_signal(part.stop)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_ready(
    part: Part, process: subprocess.Popen[bytes], log: IO[bytes]
) -> None:
    """Wait until a part serves.

    Raises:
        PartFailed: it ended, or does not serve in time.
    """
    deadline = time.monotonic() + PATIENCE
    while not serves(part.ready):
        if process.poll() is not None or time.monotonic() > deadline:
            log.flush()
            log.seek(0)
            said = log.read().decode(errors="replace")[-2000:]
            raise PartFailed(f"{part.name} does not serve: {said}")
        time.sleep(0.02)


def serves(ready: str) -> bool:
    """Whether the address of a part answers."""
    address = urlsplit(ready)
    try:
        if address.scheme == "tcp":
            create_connection((address.hostname or "", address.port or 0), 1).close()
        else:
            urllib.request.urlopen(ready, timeout=1).close()  # noqa: S310
    except (OSError, urllib.error.URLError):
        return False
    return True
