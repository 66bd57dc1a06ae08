"""What a person sees of an installation: a moving line, and one for each step done."""

import sys
import time
from collections.abc import Callable, Sequence
from shutil import get_terminal_size
from threading import Lock
from typing import Final

_REDRAW: Final = 0.1  # seconds
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Steps that run side by side; off a terminal there is no moving line.

    Args:
        titles: of the steps.
    """

    def __init__(self, titles: Sequence[str]) -> None:
        self._began = time.monotonic()
        self._running = list(titles)
        self._count = len(titles)
        self._done = 0
        self._lock = Lock()
        self._is_live = sys.stdout.isatty()
        if not self._is_live:
            self._write(f"Installing {', '.join(titles)} ...\n")

    def finish(self, title: str) -> None:
        """Say that a step is done, and after how long."""
        with self._lock:
            self._running.remove(title)
            self._done += 1
            self._erase()
            self._write(f"[{self._done}/{self._count}] {title}: {self._seconds()}\n")

    def leave(self, title: str) -> None:
        """Show a step that failed no longer."""
        with self._lock:
            self._running.remove(title)
            self._erase()

    def show_while(self, is_running: Callable[[], bool]) -> None:
        """Keep the line moving until nothing runs."""
        while is_running():
            with self._lock:
                if self._is_live and self._running:
                    self._draw()
            time.sleep(_REDRAW)

    def _draw(self) -> None:
        seconds, names = self._seconds(), ", ".join(self._running)
        line = f"[{self._done}/{self._count}] {seconds}, installing {names}"
        self._write(f"{_CLEAR}{line[: get_terminal_size().columns - 1]}")

    def _erase(self) -> None:
        if self._is_live:
            self._write(_CLEAR)

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._began:.0f} s"

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
