"""Services are started, watched and ended; nobody else's process is touched."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.ports import free_ports
from infra.local.processes import (
    ProcessRecord,
    Service,
    ServiceFailed,
    Supervisor,
    birth,
)
from tests.open_desk import ROOT, eventually

pytestmark = pytest.mark.slow
SERVE = """
import signal, socket, sys, time
from pathlib import Path
def leave(number, frame):
    Path(sys.argv[2]).open("a").write(sys.argv[3] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)
"""
IDLE = [sys.executable, "-c", "import time; time.sleep(600)"]


def service(name: str, folder: Path) -> Service:
    """A service that records when it is stopped."""
    (port,) = free_ports(1)
    command = [sys.executable, "-c", SERVE, str(port), str(folder / "ended"), name]
    return Service(name, command, {}, f"tcp://127.0.0.1:{port}")


def start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 (a test's own programs)


@contextmanager
def supervised(folder: Path, *services: Service) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder / "logs", ProcessRecord(folder / "processes.json"))
    try:
        supervisor.start(*services)
        supervisor.wait_until_ready()
        yield supervisor
    finally:
        supervisor.stop()


def test_services_end_in_reverse_order(tmp_path: Path):
    services = [service(name, tmp_path) for name in ("first", "second", "third")]

    with supervised(tmp_path, *services):
        assert len(json.loads((tmp_path / "processes.json").read_text())) == 3

    assert (tmp_path / "ended").read_text().split() == ["third", "second", "first"]
    assert not (tmp_path / "processes.json").exists()


def test_a_service_that_ends_is_named_with_its_code_and_log(tmp_path: Path):
    command = [sys.executable, "-c", "raise SystemExit(7)"]
    weak = Service("weak", command, {}, f"tcp://127.0.0.1:{free_ports(1)[0]}")

    with (
        pytest.raises(ServiceFailed, match=r"weak ended with exit code 7.*weak\.log"),
        supervised(tmp_path, service("strong", tmp_path), weak),
    ):
        pass

    assert (tmp_path / "ended").read_text() == "strong\n"


def test_a_service_that_is_killed_later_is_noticed(tmp_path: Path):
    services = [service(name, tmp_path) for name in ("one", "two")]

    with supervised(tmp_path, *services) as supervisor:
        (_, two) = json.loads((tmp_path / "processes.json").read_text())
        os.kill(two["pid"], signal.SIGKILL)
        with pytest.raises(ServiceFailed, match="two ended with exit signal SIGKILL"):
            eventually(supervisor.check)


def test_a_program_that_does_not_exist_is_named(tmp_path: Path):
    missing = Service("missing", ["/no/such/program"], {}, "tcp://127.0.0.1:1")

    with (
        pytest.raises(ServiceFailed, match="missing cannot be started"),
        supervised(tmp_path, missing),
    ):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the children")
def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path):
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from tests.stack.test_supervisor import service, supervised
        folder = Path({str(tmp_path)!r})
        with supervised(folder, service("a", folder)):
            (folder / "serving").touch()
            time.sleep(600)
    """)
    killed = start(sys.executable, "-c", script)
    eventually((tmp_path / "serving").exists)
    (entry,) = json.loads((tmp_path / "processes.json").read_text())

    killed.kill()
    killed.wait()

    eventually(lambda: birth(entry["pid"]) != entry["birth"])


class TestLeftovers:
    """What a crash left running is ended at the next start."""

    def test_a_recorded_process_is_ended(self, tmp_path: Path):
        left = start(*IDLE)
        ProcessRecord(tmp_path / "record").add(left.pid, signal.SIGTERM)

        count = ProcessRecord(tmp_path / "record").end_leftovers()

        assert count == 1
        assert left.wait() == -signal.SIGTERM

    def test_a_stranger_with_the_same_number_is_left_alone(self, tmp_path: Path):
        stranger = start(*IDLE)
        record = tmp_path / "record"
        entry = {"pid": stranger.pid, "birth": "another time", "stop": 15}
        record.write_text(json.dumps([entry]))

        count = ProcessRecord(record).end_leftovers()

        assert count == 0
        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()

    @pytest.mark.parametrize("content", [None, "", "[", "{}"])
    def test_a_missing_or_torn_record_is_none(self, tmp_path: Path, content):
        if content is not None:
            (tmp_path / "record").write_text(content)

        assert ProcessRecord(tmp_path / "record").end_leftovers() == 0
