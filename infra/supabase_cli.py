"""Run the Supabase CLI without a password on its command line.

The CLI on the shell's PATH comes first, then the one that `make setup-tests` installs.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

ROOT: Final = Path(__file__).parents[1]
OURS: Final = ROOT / ".autocrm" / "test-node" / "node_modules"
QUIET: Final = {"DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
READ_ONLY: Final = {"PGOPTIONS": "-c default_transaction_read_only=on"}
HERE: Final = ("127.0.0.1", "::1", "localhost")


class NoSupabaseCli(Exception):
    """The Supabase CLI is not installed; the message says how to install it."""


class SupabaseCli:
    """Runs commands of the CLI against one database.

    Args:
        dsn: connection string, password included.
        read_only: whether the database shall refuse every change.

    Raises:
        NoSupabaseCli: it is not installed.
    """

    def __init__(self, dsn: str, *, read_only: bool = False) -> None:
        self._program, self._read_only = find_cli(), read_only
        self._address = urlsplit(dsn)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that asks nothing; return its result, failed or not."""
        return subprocess.run(
            self._command(arguments),
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def run_in_terminal(self, *arguments: str) -> int:
        """Run a command that shares our terminal and may ask; return its exit code."""
        command, environment = self._command(arguments), self._environment()
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=False
        ).returncode

    def _command(self, arguments: Sequence[str]) -> list[str]:
        remote = f"--remote={without_password(self._address)}"
        return [self._program, *arguments, remote]

    def _environment(self) -> dict[str, str]:
        password = self._address.password or os.environ.get("PGPASSWORD", "")
        return {
            **os.environ,
            **QUIET,
            **(READ_ONLY if self._read_only else {}),
            "PGSSLMODE": encryption(self._address.hostname),
            "PGPASSWORD": unquote(password),
        }


def encryption(host: str | None) -> str:
    """Return the `sslmode` of a connection: encrypted unless it is on this machine."""
    return os.environ.get("PGSSLMODE") or ("prefer" if host in HERE else "require")


def without_password(address: SplitResult) -> str:
    """Return the connection string without its password."""
    user, _, host = address.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(address._replace(netloc=f"{name}@{host}" if name else host))


def find_cli() -> str:
    """Return the path of the CLI.

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
