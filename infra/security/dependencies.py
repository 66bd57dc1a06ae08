"""Look up known vulnerabilities of the locked packages in PyPI's database."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


class NotAudited(Exception):
    """A package has a known vulnerability, or could not be looked up."""


def audit(locks: Iterable[Path]) -> None:
    """Look up every pin of every lock; needs the network.

    Raises:
        NotAudited: names the locks; pip-audit has printed the reasons.
    """
    # Strict: a package that PyPI does not know counts as vulnerable.
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip"]
    command += ["--require-hashes", "--progress-spinner=off"]
    failed = [
        lock.name
        for lock in locks
        if subprocess.run([*command, "-r", str(lock)], check=False).returncode
    ]
    if failed:
        raise NotAudited(
            f"Vulnerable, or not looked up: {', '.join(failed)}. This needs a network"
            " that reaches the package index."
        )
