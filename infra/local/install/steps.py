"""The steps of an installation, each with a stamp that says it was done."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from .machine import Refused
from .programs import ROOT
from .progress import Progress


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

    def was_moved(self) -> bool:
        """Whether it was done while the checkout had another path."""
        return self.stamp.exists() and not self.stamp.read_text().endswith(f" {ROOT}")

    def mark(self) -> str:
        """What the stamp says when the step is done."""
        return f"{hashlib.sha256(self.source.read_bytes()).hexdigest()} {ROOT}"


def install(steps: Sequence[Step]) -> None:
    """Run the steps not done yet side by side and show how far they are.

    Raises:
        Refused: one of them could not be done; the others were.
    """
    steps = [step for step in steps if not step.is_done()]
    if not steps:  # somebody else did them while we waited
        return
    progress = Progress([step.title for step in steps])
    refusals: list[Refused] = []
    # Daemons, so that Ctrl-C ends us at once; it ends the programs they wait for, too.
    threads = [
        Thread(target=_do, args=(step, progress, refusals), daemon=True)
        for step in steps
    ]
    for thread in threads:
        thread.start()
    progress.show_while(lambda: any(thread.is_alive() for thread in threads))
    if refusals:
        raise refusals[0]
    if not all(step.is_done() for step in steps):
        raise KeyboardInterrupt


def _do(step: Step, progress: Progress, refusals: list[Refused]) -> None:
    try:
        step.work()
    except Refused as refusal:
        refusals.append(refusal)
        progress.leave(step.title)
    except KeyboardInterrupt:
        progress.leave(step.title)
    else:
        step.stamp.write_text(step.mark())
        progress.finish(step.title)
