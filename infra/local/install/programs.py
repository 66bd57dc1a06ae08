"""Running a program for the installation, and the folders that it fills."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from .machine import Refused

ROOT: Final = Path(__file__).resolve().parents[3]
VENV: Final = ROOT / ".venv"
STORE: Final = ROOT / ".autocrm"
LOCKS: Final = ROOT / "infra" / "locks"
_INTERRUPTED: Final = (-signal.SIGINT, 128 + signal.SIGINT)


def run(
    command: Sequence[str], what: str, settings: Mapping[str, str] | None = None
) -> None:
    """Run a program; its output goes to the log.

    Args:
        command: the program and its arguments.
        what: how the sentence about a failure begins.
        settings: environment variables beside the inherited ones.

    Raises:
        Refused: it failed.
        KeyboardInterrupt: Ctrl-C ended it, so that nothing is to be tried instead.
    """
    STORE.mkdir(exist_ok=True)
    log = STORE / "install.log"
    # Programs installed beside the interpreter (node for npm) must be found.
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, **(settings or {}), "PATH": path}
    with log.open("ab") as output:
        try:
            code = subprocess.run(
                command, stdout=output, stderr=output, env=environment, check=False
            ).returncode
        except OSError as error:
            output.write(f"{error}\n".encode())
            code = 1
    if code in _INTERRUPTED:
        raise KeyboardInterrupt
    if code:
        raise Refused(
            f"{what} failed: check the network and run the same command again,"
            f" it goes on where it stopped (the log is {log})."
        )


def works(command: Sequence[str]) -> bool:
    """Whether a program is there and succeeds."""
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return False
