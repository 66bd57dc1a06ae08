"""Print addresses, people and the log lines of functions to the terminal."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from infra.local.stack import Deployment

LINE_WIDTH = 200
_console = Console(highlight=False, soft_wrap=True)

_TRY_IT = """\
TOKEN=$(curl -s '{supabase}/auth/v1/token?grant_type=password' -H 'apikey: {key}' \
-H 'content-type: application/json' \
-d '{{"email":"customer@example.com","password":"{password}"}}' \
| sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
curl -sw '\\n' {api}/v1/tickets -H "authorization: Bearer $TOKEN" \
-H 'content-type: application/json' \
-d '{{"subject":"The printer is on fire","body":"It says PC LOAD LETTER."}}'
curl -sw '\\n' {api}/v1/tickets -H "authorization: Bearer $TOKEN"
"""


def say(sentence: str) -> None:
    """Print one line."""
    _console.print(sentence, markup=False)


def welcome(deployment: Deployment) -> None:
    """Print addresses, people and three commands to paste."""
    from infra.local.seed import people

    rows = {
        "API": deployment.api_url,
        "Documentation": f"{deployment.api_url}/docs",
        "Supabase": deployment.supabase_url,
        "Database": "make env  (DATABASE_URL)",
        "Password of all": deployment.demo_password,
        **{person["email"]: _part(person) for person in people()},
    }
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/]", value)
    _console.print("\n[bold green]The desk is open.[/] Ctrl-C closes it.\n")
    _console.print(table)
    _console.print("\nTry it in another terminal:\n")
    # Plainly, so that a line can be pasted as it stands.
    print(try_it(deployment), flush=True)  # before a failure, also into a file


def _part(person: Mapping[str, Any]) -> str:
    """Say what somebody of the demonstration is, and where."""
    place = ", ".join(person["queues"]) or person["organization"]
    return f"{person['role']} of {place}" if place else str(person["role"])


def try_it(deployment: Deployment) -> str:
    """Return three lines for any shell: sign in, open a ticket, list my tickets."""
    return _TRY_IT.format(
        supabase=deployment.supabase_url,
        key=deployment.supabase_publishable_key,
        password=deployment.demo_password,
        api=deployment.api_url,
    )


class FunctionLogs:
    """Prints what functions log, one short line each.

    Args:
        folder: holds one `<function>.log` each; new ones are picked up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[Path, IO[str]] = {}

    def print_new(self) -> None:
        """Print the lines written since the last call."""
        for path in sorted(self._folder.glob("*.log")):
            if path not in self._open:
                self._open[path] = path.open(errors="replace")
            for line in self._open[path]:
                if text := _shortened(line.rstrip()):
                    name = path.stem.removesuffix("Function")
                    print(f"{name}: {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()


def _shortened(line: str) -> str:
    """Return level and message of a JSON line; Lambda's own reports are left out."""
    try:
        entry: Any = json.loads(line)
    except ValueError:
        return line[:LINE_WIDTH]
    if not isinstance(entry, dict) or str(entry.get("type", "")).startswith(
        "platform."
    ):
        return ""
    message = entry.get("message") or entry.get("errorMessage") or ""
    return f"{entry.get('level', 'INFO')} {message}"[:LINE_WIDTH]
