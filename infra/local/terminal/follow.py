"""Follow the functions' logs, one short line each."""

import asyncio
import json
import sys
from pathlib import Path
from typing import IO, Any

_EVERY = 0.25
_WIDTH = 200


async def follow(folder: Path) -> None:
    """Print what functions write, until cancelled.

    Args:
        folder: holds one `<function>.log` each; new ones are picked up.
    """
    open_logs: dict[Path, IO[str]] = {}
    try:
        while True:
            for path in sorted(folder.glob("*.log")):
                if path not in open_logs:
                    open_logs[path] = path.open(errors="replace")
                for line in open_logs[path]:
                    _print(path.stem, line.rstrip())
            await asyncio.sleep(_EVERY)
    finally:
        for log in open_logs.values():
            log.close()


def _print(function: str, line: str) -> None:
    if line and (text := brief(line)):
        name = function.removesuffix("Function")
        print(f"{name}: {text}", file=sys.stderr, flush=True)


def brief(line: str) -> str:
    """A log line without what only machines read; a line of text as it is.

    Lambda's own report lines about a request's start and end vanish.
    """
    try:
        entry: Any = json.loads(line)
    except ValueError:
        return line[:_WIDTH]
    if not isinstance(entry, dict) or str(entry.get("type", "")).startswith(
        "platform."
    ):
        return ""
    message = entry.get("message") or entry.get("errorMessage") or ""
    return f"{entry.get('level', 'INFO')} {message}"[:_WIDTH]
