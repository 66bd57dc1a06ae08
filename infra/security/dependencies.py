"""Known weaknesses of what the locks name, asked of PyPI's advisory database."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


class NotAudited(Exception):
    """Something has a known weakness, or could not be looked up."""


def audit(locks: Iterable[Path]) -> None:
    """Look every pin of every lock up; needs the network.

    Raises:
        NotAudited: names the locks; the reasons are on the terminal by then.
    """
    # What PyPI cannot tell anything about counts as found: strict.
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip"]
    command += ["--require-hashes", "--progress-spinner=off"]
    failed = [
        lock.name
        for lock in locks
        if subprocess.run([*command, "-r", str(lock)], check=False).returncode
    ]
    if failed:
        raise NotAudited(
            f"Not found to be sound: {', '.join(failed)}. Without a network that"
            " reaches the package index nothing can be said."
        )
