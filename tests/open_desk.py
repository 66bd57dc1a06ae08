"""Opening a whole desk, as `make dev` does, in a home and on ports of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from infra.local.processes import (
    Service,
    ServiceFailed,
    die_with_parent,
    start,
    stop,
    wait_until_ready,
)
from infra.local.stack import Deployment, Home, Layout, PublicPorts

ROOT = Path(__file__).parents[1]
Value = TypeVar("Value")
PATIENCE = 100.0  # seconds; less than the time-out of a test


@dataclass(frozen=True)
class OpenDesk:
    """A desk that serves, and the process that runs it."""

    desk: Deployment
    home: Home
    process: subprocess.Popen[str]
    environment: dict[str, str]


def eventually(
    condition: Callable[[], Value], patience: float = PATIENCE, every: float = 0.02
) -> Value:
    """Wait until a condition holds, and return its value; the time proves nothing."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(every)
    return value


def restart(
    service: Service, log: IO[bytes], patience: float = PATIENCE
) -> subprocess.Popen[bytes]:
    """Start a service, also while what a killed one held is not free yet."""

    def attempt() -> subprocess.Popen[bytes] | None:
        process = start(service, log)
        try:
            wait_until_ready(service, process, log)
        except ServiceFailed:
            stop(service, process)
            return None
        return process

    return eventually(attempt, patience)


def environment_of(home: Path, ports: PublicPorts) -> dict[str, str]:
    """The developer's shell, with another home and other ports."""
    return {
        **os.environ,
        "AUTOCRM_HOME": str(home),
        "AUTOCRM_API_PORT": str(ports.api),
        "AUTOCRM_SUPABASE_PORT": str(ports.supabase),
        "AUTOCRM_DATABASE_PORT": str(ports.database),
        "AUTOCRM_AWS_PORT": str(ports.aws),
    }


def run_program(
    *command: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in the checkout to its end, whatever its exit code."""
    return subprocess.run(  # noqa: S603 (a test's own programs)
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def run_verb(
    environment: dict[str, str], *verb: str
) -> subprocess.CompletedProcess[str]:
    """Run one verb of the command line to its end."""
    return run_program(
        sys.executable, "-m", "infra.local", *verb, environment=environment
    )


@contextmanager
def open_desk(folder: Path) -> Iterator[OpenDesk]:
    """Open a desk for the time of the block; its data is gone afterwards."""
    home, ports = Home(folder.resolve()), PublicPorts.free()
    environment = environment_of(home.path, ports)
    with serving(home, environment) as opened:
        yield opened
    Layout(home, ports).remove()


@contextmanager
def serving(home: Home, environment: dict[str, str]) -> Iterator[OpenDesk]:
    """Run `up` until it serves, and close it after the block; the data stays."""
    home.path.mkdir(parents=True, exist_ok=True)
    log = home.path.with_name(f"{home.path.name}.out")
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "up"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            text=True,
            process_group=0,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        eventually(lambda: "is open" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield OpenDesk(Deployment.load(home.deployment), home, process, environment)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
