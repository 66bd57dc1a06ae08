"""`make dev` on an installed checkout, until a function answers a request.

The first start makes and seeds the database; the second finds it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from infra.local.platform import ROOT
from infra.local.stack import PublicPorts
from tests.bench.report import Figure

LIMIT = 5.0
PATIENCE = 120
AGAIN = 3


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the first start, and the median of those after it."""
    with tempfile.TemporaryDirectory(prefix="autocrm-bench-") as folder:
        first = _start(Path(folder))
        later = sorted(_start(Path(folder)) for _ in range(AGAIN))
        _run(Path(folder), PublicPorts.free(), "reset").wait(PATIENCE)
    yield Figure("startup", "new desk, seeded", first, "s")
    detail = ", ".join(f"{each:.1f}" for each in later)
    yield Figure("startup", "data kept, median", later[AGAIN // 2], "s", LIMIT, detail)


def _start(home: Path) -> float:
    """Return the seconds until `/health` answers, database included."""
    ports = PublicPorts.free()
    began = time.perf_counter()
    process = _run(home, ports, "up")
    try:
        while not _answers(f"http://127.0.0.1:{ports.api}/health"):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError("The desk does not open.")
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def _run(home: Path, ports: PublicPorts, verb: str) -> subprocess.Popen[bytes]:
    taken = {
        f"AUTOCRM_{each.name.upper()}_PORT": str(getattr(ports, each.name))
        for each in fields(ports)
    }
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "infra.local", verb],
        cwd=ROOT,
        env={**os.environ, **taken, "AUTOCRM_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False
