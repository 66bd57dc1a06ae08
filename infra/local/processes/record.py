"""Keep a record of started processes, to end after a crash what was left."""

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .lifetime import birth

_STOP_LIMIT = 10.0


class ProcessRecord:
    """Process ids with their start times, because the system reuses ids."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._entries: list[dict[str, Any]] = []

    def add(self, pid: int, stop: signal.Signals) -> None:
        """Add a process just started, and the signal that ends it."""
        self._entries.append({"pid": pid, "birth": birth(pid), "stop": int(stop)})
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        draft.write_text(json.dumps(self._entries))
        draft.replace(self._file)

    def clear(self) -> None:
        """Empty the record: all processes have ended."""
        self._entries.clear()
        self._file.unlink(missing_ok=True)

    def end_leftovers(self) -> int:
        """End what an earlier stack left running, and nothing else.

        Returns:
            How many processes were still there.
        """
        with suppress(OSError, ValueError):
            self._entries = json.loads(self._file.read_text())
        left = [entry for entry in self._entries if _is_alive(entry)]
        for entry in reversed(left):
            _end(entry)
        self.clear()
        return len(left)


def _is_alive(entry: dict[str, Any]) -> bool:
    return entry["birth"] is not None and birth(entry["pid"]) == entry["birth"]


def _end(entry: dict[str, Any]) -> None:
    deadline = time.monotonic() + _STOP_LIMIT
    with suppress(ProcessLookupError):
        os.kill(entry["pid"], entry["stop"])
    while _is_alive(entry):
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(entry["pid"], signal.SIGKILL)
        time.sleep(0.02)
