"""How a verb speaks with the person who runs it: a step at a time, and never alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

ROOT: Final = Path(__file__).parents[2]


class Stopped(Exception):
    """A step failed or was declined; the message is one sentence."""


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        title: said before it is done.
        work: does it; raises `Stopped` when it cannot.
        go_on: what a person does when it stopped.
    """

    title: str
    work: Callable[[], None]
    go_on: str


class Guide:
    """Says every step before it is done, and asks before anything changes.

    Args:
        console: where.
        yes: whether every question is answered already, as in a workflow.
    """

    def __init__(self, console: Console, yes: bool) -> None:
        self._console, self._yes = console, yes

    def walk(self, steps: Sequence[Step]) -> None:
        """Do the steps in order; the first that stops is the last.

        Raises:
            Stopped: with what to do next. What was done before stays done, and doing
                it again is safe.
        """
        for number, step in enumerate(steps, 1):
            self._console.rule(
                f"[bold]{number}/{len(steps)} {step.title}", align="left"
            )
            try:
                step.work()
            except Stopped as stopped:
                raise Stopped(f"{step.title}: {stopped}\n{step.go_on}") from stopped

    def say(self, sentence: str) -> None:
        """One line."""
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def confirm(self, question: str) -> None:
        """Go on only if the answer is yes.

        Raises:
            Stopped: it is not, or there is nobody to ask.
        """
        if self._yes:
            self.say(f"{question} Yes, as was said beforehand.")
            return
        if not sys.stdin.isatty():
            raise Stopped("nobody is there to ask; YES=1 answers beforehand.")
        if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
            raise Stopped("it was declined, and nothing was changed by this step.")

    def run(self, *command: str) -> None:
        """Run a program and let it speak.

        Raises:
            Stopped: it failed.
        """
        self.say(f"$ {' '.join(command)}")
        environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
        if region := os.environ.get("AWS_REGION"):  # which SAM does not read
            environment["AWS_DEFAULT_REGION"] = region
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        code = done.returncode
        if code:
            raise Stopped(f"{command[0]} failed with exit code {code}.")
