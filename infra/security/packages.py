"""Look up known vulnerabilities of the locked packages, and list what is shipped."""

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


def write_bill(root: Path, out: Path) -> None:
    """Write the bill from the layer's lock: valid, and the same at every run.

    Raises:
        subprocess.CalledProcessError: it would be invalid; the reason was printed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"]
    command += ["infra/locks/runtime.txt", "--pyproject", "pyproject.toml"]
    command += ["--of", "JSON", "--output-reproducible", "--validate", "-o", str(out)]
    subprocess.run(command, cwd=root, check=True)
