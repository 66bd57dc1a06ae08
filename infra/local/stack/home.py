"""The folder in which one local desk keeps everything it has."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[3]
_FILES = ("desk.json", "keys.json", "lock", "processes.json", "seeded")
MIGRATIONS = ROOT / "supabase" / "migrations"


class AlreadyRunning(Exception):
    """Another process runs this desk; the message is one sentence."""


@dataclass(frozen=True)
class Home:
    """Where things are below the folder of one desk."""

    path: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """`AUTOCRM_HOME`, counted from the checkout; `.autocrm/desk` without it."""
        return cls((ROOT / environment.get("AUTOCRM_HOME", ".autocrm/desk")).resolve())

    @property
    def logs(self) -> Path:
        """One log a part."""
        return self.path / "logs"

    @property
    def function_logs(self) -> Path:
        """One log a function."""
        return self.logs / "functions"

    @property
    def processes(self) -> Path:
        """The record of processes, for the case that we are killed."""
        return self.path / "processes.json"

    @property
    def desk(self) -> Path:
        """Addresses and keys of the desk as last started."""
        return self.path / "desk.json"

    @property
    def seeded(self) -> Path:
        """Exists once the demonstration data is in."""
        return self.path / "seeded"

    def remove(self) -> None:
        """Delete what a desk keeps here; a file of anybody else's stays."""
        for folder in (self.logs, self.path / "postgres"):
            shutil.rmtree(folder, ignore_errors=True)
        for name in _FILES:
            (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):  # stays if it is a folder with other things
            self.path.rmdir()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only one to use this home.

        The system frees the lock with the process, however it ends.

        Raises:
            AlreadyRunning: somebody else is.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise AlreadyRunning(
                    f"This desk is already running, as process {file.read()}."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
