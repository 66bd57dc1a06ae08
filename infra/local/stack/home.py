"""The folder of one local stack: its data, logs, keys and lock."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[3]
_FILES = ("desk.json", "keys.json", "lock", "processes.json", "seeded")
MIGRATIONS = ROOT / "supabase" / "migrations"


class AlreadyRunning(Exception):
    """Another process runs this stack; the message is one sentence."""


class Home:
    """Paths below the folder of one stack.

    Attributes:
        path: the folder.
        logs: the folder of one log a service.
        function_logs: the folder of one log a function.
        mail: the folder of the emails that Auth has sent.
        processes: the file of the `ProcessRecord`.
        deployment: the file of the `Deployment` as last started.
        seeded: a file that exists once the demonstration data is in.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.mail = path, path / "mail"
        self.logs, self.function_logs = path / "logs", path / "logs" / "functions"
        self.processes, self.deployment = path / "processes.json", path / "desk.json"
        self.seeded = path / "seeded"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `AUTOCRM_HOME`, relative to the checkout; default `.autocrm/desk`."""
        return cls((ROOT / environment.get("AUTOCRM_HOME", ".autocrm/desk")).resolve())

    def remove(self) -> None:
        """Delete the files of the stack; anything else in the folder stays."""
        for folder in (self.logs, self.mail, self.path / "postgres"):
            shutil.rmtree(folder, ignore_errors=True)
        for name in _FILES:
            (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):  # stays if it is a folder with other things
            self.path.rmdir()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock of this home; it is freed however the process ends.

        Raises:
            AlreadyRunning: another process holds it.
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
