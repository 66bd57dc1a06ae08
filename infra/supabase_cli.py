"""The Supabase CLI, run so that no password shows in the list of processes.

The CLI on the shell's PATH comes first; the other one is the tests' own, which
`make setup-tests` installs.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

ROOT: Final = Path(__file__).parents[1]
OURS: Final = ROOT / ".autocrm" / "test-node" / "node_modules"
QUIET: Final = {"DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
READ_ONLY: Final = {"PGOPTIONS": "-c default_transaction_read_only=on"}
HERE: Final = ("127.0.0.1", "::1", "localhost")


class NoSupabaseCli(Exception):
    """The Supabase CLI is not installed; the message says how it is."""


class SupabaseCli:
    """Runs verbs of the CLI against one database.

    Args:
        dsn: connection string, password included.
        reads: whether the database shall refuse every change.

    Raises:
        NoSupabaseCli: it is not installed.
    """

    def __init__(self, dsn: str, *, reads: bool = False) -> None:
        self._program, self._reads = find_cli(), reads
        self._address = urlsplit(dsn)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end and return what it said, whatever its exit code."""
        remote = f"--remote={without_password(self._address)}"
        return subprocess.run(
            [self._program, *arguments, remote],
            cwd=ROOT,
            env={
                **os.environ,
                **QUIET,
                **(READ_ONLY if self._reads else {}),
                "PGSSLMODE": encryption(self._address.hostname),
                "PGPASSWORD": unquote(self._password),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def _password(self) -> str:
        return self._address.password or os.environ.get("PGPASSWORD", "")


def encryption(host: str | None) -> str:
    """The `sslmode` of a connection: nothing goes over a network in the clear."""
    return os.environ.get("PGSSLMODE") or ("prefer" if host in HERE else "require")


def without_password(address: SplitResult) -> str:
    """The connection string as it may be shown."""
    user, _, host = address.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(address._replace(netloc=f"{name}@{host}" if name else host))


def find_cli() -> str:
    """The program to run.

    Raises:
        NoSupabaseCli: it is not installed.
    """
    if program := next(_programs(), None):
        return program
    raise NoSupabaseCli(
        "The Supabase CLI is not here: run `make setup-tests`, or install it"
        " (npm install supabase, version 3)."
    )


def _programs() -> Iterator[str]:
    if found := shutil.which("supabase"):
        yield found
    yield from map(str, sorted(OURS.glob("@supabase/cli-*/bin/supabase")))
