"""End child processes together with their parent, and tell processes apart."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_START_TIME_FIELD = 19  # of /proc/PID/stat, counted after the program's name


def die_with_parent(with_signal: int = signal.SIGKILL) -> Callable[[], None] | None:
    """Return a `preexec_fn` that ends the child when its parent ends.

    The kernel then sends the signal even when the parent was killed with -9. Start
    children from the main thread: Linux counts the end of the *thread* that started
    them. Elsewhere there is no such call, and the record of processes must do.

    Args:
        with_signal: what the child receives.

    Returns:
        None where the system has no such call.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)


def birth(pid: int) -> str | None:
    """Return when a process began, as text that only that one process has.

    A number alone is not enough to end a process by: the system gives it out again.

    Returns:
        None when there is no such process.
    """
    if sys.platform == "linux":
        return _birth_on_linux(pid)
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _birth_on_linux(pid: int) -> str | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    dead = fields[0] in "ZX"
    return None if dead else f"{boot} {fields[_START_TIME_FIELD]}"
