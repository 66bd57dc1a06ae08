"""Stopping: in order, quickly, and nothing is sent twice."""

import signal
import subprocess
import sys

import pytest

from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import connected, migrate
from infra.local.processes import birth, running, start, wait_until_ready
from tests.open_desk import eventually
from tests.receivers import receiving

from .support import MIGRATIONS

STARTER = """
import sys, time
from infra.local.processes import Service, start

command = [sys.executable, "-c", "import time; time.sleep(600)"]
with open(sys.argv[1], "wb") as log:
    print(start(Service("sleeper", command, {}, ""), log).pid, flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def platform_of_its_own(tmp_path):
    platform = Platform(tmp_path, Ports.free())
    try:
        yield platform, {part.name: part for part in platform.services()}
    finally:
        platform.cluster.remove()


def test_a_request_on_its_way_is_not_sent_again(platform_of_its_own, tmp_path):
    platform, parts = platform_of_its_own
    dsn = platform.cluster.dsn("postgres")
    with (
        receiving() as receivers,
        running([parts["postgres"]]),
        (tmp_path / "log").open("w+b") as log,
    ):
        migrate(dsn, MIGRATIONS)
        worker = start(parts["webhooks"], log)
        wait_until_ready(parts["webhooks"], worker, log)
        with connected(dsn) as connection:
            connection.execute("select net.http_get(%s)", [f"{receivers.url}/waiting"])
            receivers.got.get(timeout=30)

            worker.send_signal(parts["webhooks"].stop)
            receivers.mended.set()
            worker.wait(30)

            query = "select status_code from net._http_response"
            assert connection.execute(query).fetchall() == [(200,)]
            query = "select count(*) from net.http_request_queue"
            assert connection.execute(query).fetchone() == (0,)


def test_every_part_ends_in_order(platform_of_its_own):
    _, parts = platform_of_its_own

    with running(list(parts.values())) as processes:
        assert all(process.poll() is None for process in processes.values())

    codes = {name: process.returncode for name, process in processes.items()}
    assert codes.pop("postgrest") == -signal.SIGINT  # its own way to end
    assert set(codes.values()) == {0}


def test_a_part_ends_also_when_the_tests_are_killed(tmp_path):
    tests = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", STARTER, str(tmp_path / "log")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        part = int(tests.stdout.readline())
        assert birth(part)
    finally:
        tests.kill()
        tests.communicate()

    eventually(lambda: birth(part) is None)
