"""The stack when PostgreSQL is killed: it comes back, and so does everything else."""

import asyncio
import os
import tempfile

import httpx
import pytest

from infra.local.platform import Platform, Ports
from infra.local.postgres import Cluster, connected, migrate
from infra.local.postgres.server import reachable
from infra.local.processes import running, stop
from tests.open_desk import eventually, restart
from tests.receivers import receiving

from .support import MIGRATIONS, serves, signed_up
from .test_realtime import PRIVATE, announce, joined, listened
from .test_realtime import connected as socket_connected

pytestmark = pytest.mark.slow


@pytest.fixture
def fragile(tmp_path):
    """A platform of its own, with its processes."""
    platform = Platform(tmp_path, Ports.free())
    parts = platform.services()
    try:
        with running(parts) as processes:
            migrate(platform.cluster.dsn("postgres"), MIGRATIONS)
            yield platform, parts[0], processes["postgres"]
    finally:
        platform.cluster.remove()


def killed_and_restarted(part, process, log):
    process.kill()
    process.wait()
    return restart(part, log)


async def received_again(platform, topic, received):
    """Send until one is received: what is sent before Realtime is back is lost."""
    while received.empty():
        announce(platform, topic, {"again": True})
        await asyncio.sleep(0.1)


def test_all_parts_survive_a_kill_of_postgres(fragile):
    platform, part, process = fragile
    person = signed_up(platform)
    session = person.auth.get_session()
    topic = f"user:{session.user.id}"

    async def story(log):
        async with socket_connected(platform, session.access_token) as socket:
            channel = socket.channel(topic, PRIVATE)
            received = listened(channel, "note_added")
            await joined(channel)
            fresh = killed_and_restarted(part, process, log)
            try:
                await asyncio.to_thread(eventually, lambda: rest_answers(platform))
                await received_again(platform, topic, received)
                assert person.auth.get_user().user.id == session.user.id
                assert webhook_sent(platform)
            finally:
                stop(part, fresh)

    assert rest_answers(platform)
    with tempfile.TemporaryFile() as log:
        asyncio.run(story(log))


def rest_answers(platform):
    headers = {"apikey": platform.keys.secret}
    answer = httpx.get(f"{platform.url}/rest/v1/notes", headers=headers)
    return answer.status_code == httpx.codes.OK


def webhook_sent(platform):
    with (
        receiving() as receivers,
        connected(platform.cluster.dsn("postgres")) as connection,
    ):
        connection.execute("select net.http_get(%s)", [receivers.url])
        return receivers.got.get(timeout=30).method == "GET"


@pytest.mark.parametrize(
    "pid", [os.getpid(), 2**22 - 1, "nonsense"], ids=["ours", "nobody's", "nonsense"]
)
def test_a_stale_pid_file_hinders_nothing(tmp_path, platform, pid):
    cluster = Cluster(tmp_path / "postgres", Ports.free().postgres, platform.keys)
    cluster.prepare()
    data = reachable((tmp_path / "postgres").resolve() / "data")
    file = data / "postmaster.pid"
    file.write_text(f"{pid}\n{data}\n1\n1\n\n127.0.0.1\n")
    try:
        cluster.prepare()

        assert serves(cluster)
    finally:
        cluster.remove()
