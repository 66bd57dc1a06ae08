"""Build one function's artifact: its own folder, without those of other functions."""

import re
import shutil
from hashlib import sha256
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
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / folder, out / folder, ignore=ignored)
    for module in (ROOT / "functions").glob("*.py"):
        shutil.copy(module, out / "functions")
    (out / "LAYERS").write_text(f"{_layers_digest(target)}\n")
    compile_tree(out, "/var/task", target)


def _layers_digest(target: Target) -> str:
    """Return a digest of what the layers are built from.

    SAM publishes a new version of a function only when its own code changes; without
    this the alias would keep the layers of the last version.
    """
    digest = sha256(f"{target.python} {target.processor}".encode())
    sources = (ROOT / "shared").rglob("*.py")
    for file in (ROOT / "infra" / "locks" / "runtime.txt", *sorted(sources)):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
