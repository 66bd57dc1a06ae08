"""Tickets opened a second, by writers at once, through gateway and PostgREST."""

import threading
import time
from argparse import Namespace
from collections.abc import Iterator

from tests.bench.desk import Desk, open_desk
from tests.bench.report import Figure
from tests.bench.timing import percentile

WRITERS = (1, 8, 32)
SECONDS = 5.0
DRAFT = {"subject": "A flat tyre", "body": "It went psst.", "tags": ["bicycle"]}


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the rate of each crowd; there is no limit."""
    with open_desk() as desk:
        for writers in WRITERS:
            took = _write(desk, writers)
            detail = f"p95 {percentile(took, 0.95):.0f} ms"
            what = f"{writers} at once"
            yield Figure("writers", what, len(took) / SECONDS, "a second", None, detail)


def _write(desk: Desk, writers: int) -> list[float]:
    took: list[float] = []
    until = time.perf_counter() + SECONDS

    def write() -> None:
        with desk.client("customer") as client:
            while (began := time.perf_counter()) < until:
                client.post("rpc/create_ticket", json=DRAFT).raise_for_status()
                took.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took
