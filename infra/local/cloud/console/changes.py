"""Watch source files, so that the next request runs changed code."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_EVERY: Final = 0.5  # seconds


class Changes:
    """Watches the Python files below some folders, by time of last change.

    Looking twice a second at a few hundred files costs milliseconds, and works on every
    file system without one more dependency.

    Args:
        folders: those that do not exist are skipped.
        on_change: called after a file was changed, added or removed.
    """

    def __init__(self, folders: Sequence[Path], on_change: Callable[[], None]) -> None:
        self._folders, self._on_change = folders, on_change

    async def run(self) -> None:
        """Watch until cancelled."""
        before = dict(self._times())
        while True:
            await asyncio.sleep(_EVERY)
            if (now := dict(self._times())) != before:
                before = now
                self._on_change()

    def _times(self) -> Iterator[tuple[str, int]]:
        for root in self._folders:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = os.path.join(folder, name)
                    if name.endswith(".py"):
                        with suppress(OSError):  # it is just going away
                            yield path, os.stat(path).st_mtime_ns
