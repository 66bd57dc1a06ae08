"""Virtual environments, filled by uv with what a lock names, or by pip."""

import ensurepip
import shutil
import sys
import sysconfig
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

from .machine import Refused
from .mirrors import uv_settings
from .programs import LOCKS, VENV, run, works

_MAKING: Final = Lock()


def install_packages(lock: Path, environment: Path = VENV) -> None:
    """Install exactly what a lock names into an environment, made if it is new.

    pip does it where uv cannot: it knows ways to sign in that uv does not.

    Raises:
        Refused: it cannot be downloaded.
    """
    what, exactly = "Installing the Python packages", ["--require-hashes", "-r"]
    try:
        uv, settings = _uv()
        _make(environment)
        into = ["-p", str(_python(environment)), *exactly, str(lock)]
        run([uv, "pip", "install", *into], what, settings)
    except Refused:
        _make(environment)
        run([*_pip(environment), "install", *exactly, str(lock)], what)


def forget(environment: Path) -> None:
    """Delete an environment that was moved, or left half filled."""
    shutil.rmtree(environment, ignore_errors=True)


def _uv() -> tuple[str, dict[str, str]]:
    """Return uv, installed by pip if need be, and the network it is to use."""
    uv = str(VENV / "bin" / "uv")
    with _MAKING:
        _make(VENV)
        pip = _pip(VENV)
        if not works([uv, "--version"]):
            exactly = ["--require-hashes", "-r", str(LOCKS / "uv.txt")]
            run([*pip, "install", "--no-deps", *exactly], "Installing uv")
        return uv, _network(tuple(pip))


@cache
def _network(pip: tuple[str, ...]) -> dict[str, str]:
    return uv_settings(pip)


def _make(environment: Path) -> None:
    """Make an environment without pip, which would take seconds to unpack."""
    if works([str(_python(environment)), "-c", ""]):
        return
    options = ["--clear"] if _bundled_pip() is None else ["--clear", "--without-pip"]
    command = [sys.executable, "-m", "venv", *options, str(environment)]
    run(command, f"Making {environment.name}")


def _pip(environment: Path) -> list[str]:
    """The command that runs pip for an environment: the one that Python brings."""
    wheel = _bundled_pip()
    program = ["-m", "pip"] if wheel is None else [str(wheel / "pip")]
    return [str(_python(environment)), *program, "--disable-pip-version-check"]


def _bundled_pip() -> Path | None:
    """Return pip as `ensurepip` would unpack it; a wheel runs as it is."""
    own = Path(ensurepip.__file__).parent / "_bundled"
    folder = sysconfig.get_config_var("WHEEL_PKG_DIR")  # set by distributions
    for place in (own, Path(folder or own)):
        for wheel in place.glob("pip-*.whl"):
            return wheel
    return None


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"
