"""Says of each fault whether `make test-fast`, or any tests that are named, find it.

Usage: python -m tests.planting [-n NUMBER,...] [pytest's arguments]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]
SOUND = ["tests/database/test_roles.py", "tests/unit/core/test_values.py"]
QUICK = ["-p", "tests.affected"]
INSTALLED = (".venv", ".autocrm")


@contextmanager
def checkout() -> Iterator[Path]:
    """A copy of what git tracks here, as it stands, in a repository of its own."""
    with tempfile.TemporaryDirectory(prefix="autocrm-") as folder:
        copy = Path(folder)
        copy.chmod(0o755)  # PostgreSQL runs as somebody else
        for name in _git(ROOT, "ls-files").splitlines():
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        for name in INSTALLED:
            (copy / name).symlink_to(ROOT / name)
        _git(copy, "init", "-q")
        _git(copy, "add", "-A")
        _git(copy, "-c", "user.name=x", "-c", "user.email=x@example.com",
             "commit", "-qm", "As it stands")  # fmt: skip
        yield copy


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def plant(folder: Path, fault: Fault) -> Path | None:
    """Put a fault into its file; None when the words do not stand there once."""
    [file] = folder.glob(fault.file)
    text = file.read_text()
    if text.count(fault.old) != 1:
        return None
    file.write_text(text.replace(fault.old, fault.new))
    return file


def run(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run tests in a copy until one fails."""
    command = [".venv/bin/python", "-m", "pytest", "-qx", "-p", "no:randomly"]
    command += arguments
    return subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def outcome(folder: Path, fault: Fault, arguments: list[str]) -> str:
    """Return the test that found a fault, or "survived" or "stale"."""
    if (file := plant(folder, fault)) is None:
        return "stale: its words do not stand there once"
    try:
        ran = run(folder, arguments)
    finally:
        _git(folder, "checkout", "-q", "--", str(file.relative_to(folder)))
    failed = [
        line.partition(" - ")[0]
        for line in ran.stdout.splitlines()
        if line.startswith(("FAILED", "ERROR"))
    ]
    return failed[0] if failed else "survived" if ran.returncode == 0 else ran.stdout


def main() -> int:
    """Print an outcome a line; return 1 when a fault survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", dest="numbers", default="")
    options, arguments = parser.parse_known_args()
    numbers = [int(each) for each in options.numbers.split(",") if each]
    survived = 0
    with checkout() as folder:
        if (ran := run(folder, SOUND)).returncode:
            sys.exit(f"Without any fault:\n{ran.stdout}")
        for number, fault in enumerate(FAULTS, 1):
            if numbers and number not in numbers:
                continue
            said = outcome(folder, fault, arguments or QUICK)
            survived += said == "survived"
            print(
                f"{number:3} {fault.file}: {fault.old.strip()[:50]!r}: {said}",
                flush=True,
            )
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
