"""From commit to the message in a client of supabase-py, over the whole stack."""

import asyncio
import statistics
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import asynccontextmanager

import psycopg

from tests.bench.desk import Desk, open_desk
from tests.bench.report import Figure
from tests.bench.timing import percentile
from tests.channels import PRIVATE, connected, subscribe

LIMIT = 100.0
CHANGES = 200
PAUSE = 0.01  # seconds between changes, as a busy desk has them
COMMENT = "select api.add_comment(ticket => %s, body => 'One more word.')"


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield how long messages of a ticket and of a queue take."""
    with open_desk("realtime") as desk, desk.client("customer") as client:
        draft = {"subject": "A flat tyre", "body": "It went psst."}
        ticket = client.post("rpc/create_ticket", json=draft).raise_for_status().json()
        for topic in (f"ticket:{ticket['id']}", f"queue:{ticket['queue_id']}"):
            took = asyncio.run(_listen(desk, topic, ticket["id"]))
            what = f"{topic.partition(':')[0]} topic"
            median = statistics.median(took)
            detail = f"median {median:.1f} ms, {len(took)} changes"
            p95 = percentile(took, 0.95)
            yield Figure("realtime", f"{what}, p95", p95, "ms", LIMIT, detail)


async def _listen(desk: Desk, topic: str, ticket: str) -> list[float]:
    took = []
    async with _joined(desk, topic) as received, await _acting(desk) as connection:
        for _ in range(CHANGES):
            await connection.execute(COMMENT, [ticket])
            began = time.perf_counter()
            await connection.commit()
            arrived = await asyncio.wait_for(received.get(), 10)
            took.append(1000 * (arrived - began))
            await asyncio.sleep(PAUSE)
            await connection.execute(*desk.settings_of("customer"))
    return took


@asynccontextmanager
async def _joined(desk: Desk, topic: str):
    """Join a topic; yield the queue of times at which messages came."""
    received: asyncio.Queue[float] = asyncio.Queue()
    key, token = desk.platform.keys.publishable, desk.token("agent")
    async with connected(desk.url, key, token) as socket:
        channel = socket.channel(topic, PRIVATE)
        channel.on_broadcast(
            "TICKET_COMMENTED", lambda _: received.put_nowait(time.perf_counter())
        )
        assert await subscribe(channel) == ("SUBSCRIBED", "")
        yield received


async def _acting(desk: Desk) -> psycopg.AsyncConnection:
    dsn = desk.platform.cluster.dsn("postgres")
    connection = await psycopg.AsyncConnection.connect(dsn)
    await connection.execute(*desk.settings_of("customer"))
    return connection
