"""Running schemathesis against an open desk as one person after another."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from infra.local.stack import Deployment
from tests.e2e.person import Person
from tests.open_desk import ROOT

NOBODY = "nobody"
# Administrators last: they may take from others what the others are to be tried with.
PEOPLE = (NOBODY, "customer", "customer2", "agent", "agent2", "lead", "admin")
# Among the tests one of each role and the same requests every time: all of them, and
# what is new, are for `make fuzz`.
ONE_OF_EACH = (NOBODY, "customer", "agent", "admin")
SHORT = ("--phases=examples,fuzzing", "--max-examples=3", "--seed=1")
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True)
class Run:
    """The result of one run as one person."""

    who: str
    failed: bool
    report: str


def fuzz_everybody(desk: Deployment, seconds: float | None = None) -> Iterator[Run]:
    """Fuzz every route as everybody, for about so many seconds in all.

    Without a time one of each role sends a small, fixed number of requests, however
    long they take.
    """
    with psycopg.connect(desk.database_url, autocommit=True) as owner:
        owner.execute(
            "update private.settings set commands_per_minute = null,"
            " commands_per_minute_by_address = null"
        )
    # Composed once, which takes longer on a busy machine than schemathesis waits.
    httpx.get(f"{desk.api_url}/openapi.json", timeout=120).raise_for_status()
    ends = time.monotonic() + (seconds or 0)
    people = PEOPLE if seconds else ONE_OF_EACH
    for number, who in enumerate(people):
        left = (ends - time.monotonic()) / (len(people) - number)
        long = [f"--max-time={max(1, round(left))}"]
        yield _fuzz(desk, who, long if seconds else SHORT)


def _fuzz(desk: Deployment, who: str, how_long: Sequence[str]) -> Run:
    document = f"{desk.api_url}/openapi.json"
    run = ["run", *how_long, "--no-color", document]
    program = [sys.executable, "-m", "schemathesis.cli"]
    with tempfile.TemporaryDirectory() as folder:  # it keeps notes where it stands
        done = subprocess.run(  # noqa: S603
            [*program, f"--config-file={CONFIGURATION}", *run],
            cwd=folder,
            env=_environment(desk, who),
            capture_output=True,
            text=True,
            check=False,
        )
    return Run(who, done.returncode != 0, done.stdout + done.stderr)


def _environment(desk: Deployment, who: str) -> dict[str, str]:
    person, token = "", "Basic bm9ib2R5Og=="
    if who != NOBODY:
        with httpx.Client(timeout=60) as http:
            signed_in = Person(desk, http, who)
        person, token = signed_in.id, f"Bearer {signed_in.token}"
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "FUZZ_API": desk.api_url,
        "FUZZ_AUTHORIZATION": token,
        "FUZZ_DATABASE": desk.database_url,
        "FUZZ_PERSON": person,
    }
