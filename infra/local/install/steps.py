"""The steps of an installation, each with a stamp that says it was done."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .programs import ROOT


@dataclass(frozen=True)
class Step:
    """One thing to install.

    Attributes:
        title: what a person reads while it runs.
        stamp: the file that says it was done.
        source: its lock; another content means doing it again.
        work: does it.
    """

    title: str
    stamp: Path
    source: Path
    work: Callable[[], None]

    def is_done(self) -> bool:
        """Whether the stamp is that of today's lock, in this very place."""
        return self.stamp.exists() and self.stamp.read_text() == self.mark()

    def mark(self) -> str:
        """What the stamp says when the step is done."""
        return f"{hashlib.sha256(self.source.read_bytes()).hexdigest()} {ROOT}"


def install(steps: Sequence[Step]) -> None:
    """Run the steps, telling which and how long."""
    for number, step in enumerate(steps, 1):
        if step.is_done():  # somebody else did it while we waited
            continue
        print(f"[{number}/{len(steps)}] {step.title} ...", end=" ", flush=True)
        began = time.monotonic()
        step.work()
        step.stamp.write_text(step.mark())
        print(f"{time.monotonic() - began:.0f} s", flush=True)
