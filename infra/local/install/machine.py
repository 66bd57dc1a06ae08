"""Whether this machine can run the desk at all."""

import importlib.util
import os
import platform
import sys
from typing import Final

OLDEST_PYTHON: Final = (3, 11)
SERVED: Final = {("linux", "x86_64"), ("linux", "amd64")}  # has PostgREST on npm


class Refused(Exception):
    """The checkout cannot be installed; the message is one sentence."""


def check_machine() -> None:
    """Refuse what is known not to work.

    Raises:
        Refused: with what to do.
    """
    if sys.version_info < OLDEST_PYTHON:
        have = platform.python_version()
        raise Refused(f"AutoCRM needs Python 3.11 or newer, and this is {have}.")
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Refused(
            "This Python has no venv; install it, on Debian and Ubuntu with"
            " `apt install python3-venv`, and run the same command again."
        )
    own_postgrest = os.environ.get("AUTOCRM_POSTGREST", "")
    machine = (sys.platform, platform.machine().lower())
    if machine not in SERVED and not os.access(own_postgrest, os.X_OK):
        raise Refused(
            "npm has PostgREST for Linux on x86-64 only: install it (on a Mac `brew"
            " install postgrest`, on Arm from its releases on GitHub) and set"
            " AUTOCRM_POSTGREST to its path. On Windows work inside WSL 2."
        )
