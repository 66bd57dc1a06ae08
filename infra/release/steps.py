"""Run the steps of a command one after the other; the first failure ends it."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

ROOT: Final = Path(__file__).parents[2]


class Stopped(Exception):
    """A step failed or was declined; the message is one sentence."""


@dataclass(frozen=True)
class Step:
    """One step of a command.

    Attributes:
        title: printed before it starts.
        action: does it; raises `Stopped` when it cannot.
        advice: what a person does when it failed.
    """

    title: str
    action: Callable[[], None]
    advice: str


def run_steps(steps: Sequence[Step]) -> None:
    """Run the steps in order.

    Raises:
        Stopped: a step failed; the message ends with its advice. Steps before it stay
            done, and running them again is safe.
    """
    for number, step in enumerate(steps, 1):
        print(f"\n== {number}/{len(steps)} {step.title}", flush=True)
        try:
            step.action()
        except (BotoCoreError, ClientError) as error:
            message = f"{step.title}: AWS refused: {error}\n{step.advice}"
            raise Stopped(message) from error
        except Stopped as error:
            raise Stopped(f"{step.title}: {error}\n{step.advice}") from error


def run(*command: str) -> None:
    """Run a program that shares our terminal.

    Raises:
        Stopped: it failed.
    """
    print(f"$ {' '.join(command)}", flush=True)
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    if region := os.environ.get("AWS_REGION"):  # SAM does not read it
        environment["AWS_DEFAULT_REGION"] = region
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if code:
        raise Stopped(f"{Path(command[0]).name} failed with exit code {code}.")
