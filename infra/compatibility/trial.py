"""The old code's own tests, over a database with the new migrations."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
# The repositories over PostgREST, and everybody's day over HTTP through real functions.
CONTRACTS: Final = ("tests/repositories", "tests/e2e")
# By file or test, why it is about the database itself, not about what code asks of it.
LEFT_OUT: Final[Mapping[str, str]] = {
    "tests/e2e/test_tables.py": "lists the tables; another table is no incompatibility",
    "tests/e2e/test_twice.py": "compares every table, also those to come",
    "tests/e2e/test_told.py::test_wishes_come_back_as_they_were_sent": (
        "counts the types of events, also those to come"
    ),
}
INSTALLED: Final = (".venv", ".autocrm")


class Trial:
    """Runs the tests of some code over other migrations.

    Args:
        code: a commit, as git understands it.
        migrations: the folder that replaces that commit's own.
    """

    def __init__(self, code: str, migrations: Path) -> None:
        self._code, self._migrations = code, migrations

    def run(self, tests: Sequence[str] = CONTRACTS) -> int:
        """Return the exit code of pytest; 0 means that the old code fits."""
        with self._checkout() as checkout:
            target = checkout / "supabase" / "migrations"
            shutil.rmtree(target)
            shutil.copytree(self._migrations, target)
            there = [
                each for each in tests if (checkout / each.split("::")[0]).exists()
            ]
            left_out = [_without(each) for each in LEFT_OUT]
            environment = {k: v for k, v in os.environ.items() if k != "AUTOCRM_HOME"}
            quiet = ["-q", "--maxfail=5", "-p", "no:cacheprovider", "-p", "no:randomly"]
            return subprocess.run(
                [sys.executable, "-m", "pytest", *quiet, *left_out, *there],
                cwd=checkout,
                env=environment,
                check=False,
            ).returncode

    @contextmanager
    def _checkout(self) -> Iterator[Path]:
        """The commit in a folder of its own, with what is installed here."""
        with tempfile.TemporaryDirectory(prefix="autocrm-before-") as folder:
            Path(folder).chmod(0o755)  # the database runs as somebody else
            checkout = Path(folder, "checkout")
            add = [
                "git",
                "worktree",
                "add",
                "--detach",
                "-q",
                str(checkout),
                self._code,
            ]
            subprocess.run(add, cwd=ROOT, check=True)
            try:
                for name in INSTALLED:
                    (checkout / name).symlink_to(ROOT / name)
                yield checkout
            finally:
                remove = ["git", "worktree", "remove", "--force", str(checkout)]
                subprocess.run(remove, cwd=ROOT, check=True)


def _without(place: str) -> str:
    """How pytest is told of a file, or of one test, that is not to run."""
    return f"--deselect={place}" if "::" in place else f"--ignore={place}"
