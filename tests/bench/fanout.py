"""From a commit to everything that follows from it, over the whole desk."""

import statistics
import time
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.bench.report import Figure
from tests.bench.timing import percentile
from tests.faults.desk import FragileDesk, fragile_desk
from tests.receivers import Receivers, receiving

SINGLE = 30  # changes, one after the other
PAUSE = 1.2  # seconds; pg_net rests for one after each batch
BURST = 1_000
WRITERS = 8
PATIENCE = 600.0
PENDING = """
select (select count(*) from private.outbox)
    + (select count(*) from private.webhook_deliveries where state = 'pending')
"""


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield how soon a change is processed, and how many a second; no limits."""
    with receiving() as receivers, fragile_desk(PATIENCE) as desk:
        ticket = _open(desk, receivers)
        _change(desk, ticket, receivers)  # starts the functions
        _until_nothing_is_pending(desk, receivers)
        took = [_change(desk, ticket, receivers) for _ in range(SINGLE)]
        for what, times in zip(
            ("reactions done", "webhook received"),
            zip(*took, strict=True),
            strict=True,
        ):
            yield _figure(what, list(times))
        seconds = _burst(desk, ticket, receivers)
        detail = f"{BURST} at once, {seconds:.1f} s until nothing was pending"
        yield Figure("fanout", "burst", BURST / seconds, "a second", None, detail)


def _figure(what: str, times: list[float]) -> Figure:
    detail = f"median {statistics.median(times):.0f} ms, {len(times)} changes"
    p95 = percentile(times, 0.95)
    return Figure("fanout", f"commit to {what}, p95", p95, "ms", None, detail)


def _open(desk: FragileDesk, receivers: Receivers) -> str:
    """Let a server ask for everything, and open a ticket."""
    with desk.client("admin") as admin, desk.client("customer") as customer:
        hook = {"url": f"{receivers.url}/ok", "event_types": ["TICKET_COMMENTED"]}
        admin.post("rpc/create_webhook", json=hook).raise_for_status()
        draft = {"subject": "A flat tyre", "body": "It went psst."}
        made = customer.post("rpc/create_ticket", json=draft).raise_for_status()
        return str(made.json()["id"])


def _comment(desk: FragileDesk, ticket: str, times: int) -> None:
    with desk.client("customer") as customer:
        comment = {"ticket": ticket, "body": "One more word."}
        for _ in range(times):
            customer.post("rpc/add_comment", json=comment).raise_for_status()


def _change(
    desk: FragileDesk, ticket: str, receivers: Receivers
) -> tuple[float, float]:
    """Return the milliseconds to the last reaction, and to the endpoint."""
    time.sleep(PAUSE)
    dsn = desk.deployment.database_url
    with psycopg.connect(dsn, autocommit=True) as watching:
        _comment(desk, ticket, 1)
        began = time.perf_counter()
        done = received = None
        while done is None or received is None:
            now = 1000 * (time.perf_counter() - began)
            if received is None and not receivers.got.empty():
                receivers.got.get()
                received = now
            query = "select count(*) from private.outbox"
            if done is None and watching.execute(query).fetchone() == (0,):
                done = now
            time.sleep(0.001)
    return done, received


def _burst(desk: FragileDesk, ticket: str, receivers: Receivers) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        shares = [BURST // WRITERS] * WRITERS
        list(pool.map(lambda share: _comment(desk, ticket, share), shares))
    _until_nothing_is_pending(desk, receivers)
    return time.perf_counter() - began


def _until_nothing_is_pending(desk: FragileDesk, receivers: Receivers) -> None:
    desk.eventually(lambda: desk.rows(PENDING) == [(0,)], 0.05)
    receivers.taken()
