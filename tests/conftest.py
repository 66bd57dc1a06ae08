"""Fixtures of every test: stand-ins of PostgREST and AWS, and the opened desk."""

import asyncio
import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import boto3
import pytest
from hypothesis import settings

from infra.local.stack import Deployment
from shared.core.aws import client
from shared.core.persistence.database import connections

from .fakes import SETTINGS, FakeAws, FakePostgrest, fake_postgrest
from .open_desk import ROOT, OpenDesk, open_desk

# A busy machine is no reason to fail.
settings.register_profile("autocrm", deadline=None, max_examples=25)
settings.load_profile("autocrm")

# The files that take longest come first: met last, one leaves the other worker idle.
LONG = (
    "tests/release/test_rehearsal.py",
    "tests/fuzz/test_fuzz.py",
    "tests/stack/test_desk.py",
    "tests/faults/test_fan_out.py",
    "tests/platform/test_migrations.py",
    "tests/connect/test_database.py",
    "tests/database/test_worker_failures.py",
    "tests/security/test_verbs.py",
    "tests/e2e/test_any_case.py",
    "tests/e2e/test_two_ways.py",
)

asyncio.set_event_loop(None)  # so that asking for the loop never makes one


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.split("::")[0], len(LONG)))


@pytest.fixture(autouse=True)
def no_loop_left_behind() -> Iterator[None]:
    """Close the event loops that Mangum sets when handlers are imported.

    Nobody else does, and a loop that is only forgotten fails some later test, when the
    collector finds its sockets open.
    """
    _close_loop()
    yield
    _close_loop()


def _close_loop() -> None:
    with suppress(RuntimeError):  # there is none
        asyncio.get_event_loop_policy().get_event_loop().close()
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session", autouse=True)
def no_connection_left_behind() -> Iterator[None]:
    """Close the connections that product code keeps for the next request."""
    yield
    connections().close()


@pytest.fixture(scope="session")
def rest_server() -> Iterator[FakePostgrest]:
    """The server behind `rest`, started once."""
    with fake_postgrest() as fake:
        yield fake


@pytest.fixture
def rest(rest_server: FakePostgrest, monkeypatch: pytest.MonkeyPatch) -> FakePostgrest:
    """PostgREST's stand-in, to which the settings of functions point."""
    monkeypatch.setenv("SUPABASE_URL", rest_server.url)
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_worker")
    rest_server.reset()
    return rest_server


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """The stand-in of AWS, in place of boto3's clients."""
    fake = FakeAws()
    monkeypatch.setattr(boto3, "client", fake.client)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    yield fake
    client.cache_clear()


@pytest.fixture(scope="session")
def opened() -> Iterator[OpenDesk]:
    """The real template over a migrated and seeded platform, on free ports."""
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        yield it


@pytest.fixture(scope="session")
def desk(opened: OpenDesk) -> Deployment:
    """Where the opened desk is, and its keys."""
    return opened.desk


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The official JavaScript clients and the Supabase CLI, installed once."""
    folder = ROOT / ".autocrm" / "test-node"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "@supabase" / "supabase-js").exists():
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(ROOT / "tests" / "node" / name, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
    return folder / "node_modules"
