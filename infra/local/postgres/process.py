"""Programs of PostgreSQL, run as the user it accepts."""

import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from .server import server_user


def run(command: Sequence[str]) -> None:
    """Run a program to its end.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    with tempfile.TemporaryFile() as log:
        if _start(command, log).wait():
            raise RuntimeError(f"{Path(command[0]).name} failed: {_tail(log)}")


@contextmanager
def running(command: Sequence[str]) -> Iterator[None]:
    """Run the server for the time of the block.

    Raises:
        RuntimeError: the block failed; with what the server said last.
    """
    with tempfile.TemporaryFile() as log:
        process = _start(command, log)
        try:
            yield
        except Exception as failure:
            raise RuntimeError(f"{failure} {_tail(log)}") from failure
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def forget_dead_postmaster(data: Path) -> None:
    """Remove a pid file whose process is gone or has become something else.

    PostgreSQL itself refuses to start when the number now belongs to another process
    of the same user, as after a power cut.
    """
    file = data / "postmaster.pid"
    with suppress(FileNotFoundError):
        if str(data) not in _command_line(file.read_text().split("\n", 1)[0]):
            file.unlink()


def _start(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    user = server_user()
    return subprocess.Popen(
        command,
        stdout=log,
        stderr=log,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    return " ".join(log.read().decode(errors="replace").split("\n")[-4:]).strip()


def _command_line(pid: str) -> str:
    """Return the command line of a process; empty if there is none."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return ""
    ask = ["ps", "-p", pid, "-o", "command="]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout
