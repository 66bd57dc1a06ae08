"""Starting child processes that do not outlive the one who started them."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent(with_signal: int = signal.SIGKILL) -> Callable[[], None] | None:
    """What a child calls before it starts, so that it ends with its parent.

    The kernel then sends the signal even when the parent was killed with -9.
    Pass it as `preexec_fn`, and start children from the main thread: Linux counts
    the end of the *thread* that started them. Elsewhere there is no such call, and
    the supervisor's process file must do.

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
