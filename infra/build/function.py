"""One function's artifact: its folder, and nothing of its neighbours."""

import re
import shutil
from pathlib import Path

from .bytecode import compile_tree
from .target import Target

ROOT = Path(__file__).parents[2]


class NoSuchFunction(Exception):
    """The template names a function that has no folder."""


def build_function(name: str, out: Path, target: Target) -> None:
    """Fill a new folder with what Lambda unpacks into /var/task.

    Args:
        name: its name in the template without `Function`; `CreateTicket` is in
            `functions/create_ticket`.
        out: where.
        target: whose bytecode.

    Raises:
        NoSuchFunction: there is no such folder.
    """
    folder = Path("functions", re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
    if not (ROOT / folder).is_dir():
        raise NoSuchFunction(f"{name}Function has no folder {folder}.")
    left_behind = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / folder, out / folder, ignore=left_behind)
    for module in (ROOT / "functions").glob("*.py"):
        shutil.copy(module, out / "functions")
    compile_tree(out, "/var/task", target)
