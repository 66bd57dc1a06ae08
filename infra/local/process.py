"""Starting child processes that do not outlive us, and telling processes apart."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_START_TIME_FIELD = 19  # of /proc/PID/stat, counted after the program's name


def die_with_parent(with_signal: int = signal.SIGKILL) -> Callable[[], None] | None:
    """What a child calls before it starts, so that it ends with its parent.

    The kernel then sends the signal even when the parent was killed with -9.
    Pass it as `preexec_fn`, and start children from the main thread: Linux counts
    the end of the *thread* that started them. Elsewhere there is no such call, and
    the supervisor's record of its processes must do.

    Args:
        with_signal: what the child receives.

    Returns:
        None where the system has no such call.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)

    return ask


def birth(pid: int) -> str | None:
    """When a process began, as text that only that one process has.

    A number alone is not enough to end a process by: the system gives it out again.

    Returns:
        None when there is no such process.
    """
    if sys.platform == "linux":
        return _birth_on_linux(pid)
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _birth_on_linux(pid: int) -> str | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    dead = fields[0] in "ZX"
    return None if dead else f"{boot} {fields[_START_TIME_FIELD]}"
