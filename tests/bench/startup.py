"""`make dev`, until a function answers a request: from nothing, and installed.

The first start of an installed checkout seeds the database; the second finds it.
"""

import os
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
LIMIT_FRESH = 20.0
KEPT = ("PATH", "LANG", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
PATIENCE = 120
AGAIN = 3


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield a fresh clone's start, the first one, and the median of those after it."""
    fresh = _from_nothing()
    yield Figure("startup", "fresh clone, empty home", fresh, "s", LIMIT_FRESH)
    with tempfile.TemporaryDirectory(prefix="autocrm-bench-") as folder:
        first = _start(Path(folder))
        later = sorted(_start(Path(folder)) for _ in range(AGAIN))
        _run(Path(folder), PublicPorts.free(), "reset").wait(PATIENCE)
    yield Figure("startup", "new desk, seeded", first, "s")
    detail = ", ".join(f"{each:.1f}" for each in later)
    yield Figure("startup", "data kept, median", later[AGAIN // 2], "s", LIMIT, detail)


def _from_nothing() -> float:
    """Return the seconds of `make dev` in a clone of HEAD, whose home is empty."""
    with tempfile.TemporaryDirectory(prefix="autocrm-bench-") as folder:
        clone, home = Path(folder, "clone"), Path(folder, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)  # noqa: S603, S607
        ports = PublicPorts.free()
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        began = time.perf_counter()
        process = subprocess.Popen(
            ["make", "dev"],  # noqa: S607
            cwd=clone,
            env={**kept, **_variables(ports), "HOME": str(home)},
            stdout=subprocess.DEVNULL,
        )
        return _until_it_answers(process, ports, began)


def _start(home: Path) -> float:
    """Return the seconds until `/health` answers, database included."""
    ports = PublicPorts.free()
    began = time.perf_counter()
    return _until_it_answers(_run(home, ports, "up"), ports, began)


def _until_it_answers(
    process: subprocess.Popen[bytes], ports: PublicPorts, began: float
) -> float:
    try:
        while not _answers(f"http://127.0.0.1:{ports.api}/health"):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError("The desk does not open.")
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _run(home: Path, ports: PublicPorts, verb: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "infra.local", verb],
        cwd=ROOT,
        env={**os.environ, **_variables(ports), "AUTOCRM_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )


def _variables(ports: PublicPorts) -> dict[str, str]:
    return {
        f"AUTOCRM_{each.name.upper()}_PORT": str(getattr(ports, each.name))
        for each in fields(ports)
    }


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False
