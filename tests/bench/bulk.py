"""A bulk update of 1,000 tickets, and how long single changes wait beside it."""

import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import cycle

import httpx

from tests.bench.desk import Desk, open_desk
from tests.bench.report import Figure
from tests.bench.timing import percentile

TICKETS = 1_000
ALONE = 300


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield tickets a second in bulk and one by one, and what others wait."""
    with open_desk() as desk, desk.client("agent") as agent:
        tickets = _open(desk)
        single = _singly(agent, tickets[:ALONE])
        rate = 1000 * len(single) / sum(single)
        yield Figure("bulk", "one by one", rate, "a second")

        chunks = _in_bulk(desk, agent, tickets, "low")
        rate = 1000 * TICKETS / sum(chunks)
        detail = f"a chunk of 50: p50 {percentile(chunks, 0.5):.0f} ms"
        yield Figure(
            "bulk", f"{TICKETS:,} tickets at once", rate, "a second", None, detail
        )

        beside: list[float] = []
        over = threading.Event()
        worker = threading.Thread(target=_beside, args=(desk, tickets, beside, over))
        worker.start()
        _in_bulk(desk, agent, tickets, "high")
        over.set()
        worker.join()
        for part in (0.5, 0.95, 1.0):
            wait = percentile(beside, part)
            detail = f"alone {percentile(single, part):.0f} ms"
            what = f"a change beside it, p{100 * part:.0f}"
            yield Figure("bulk", what, wait, "ms", None, detail)


def _open(desk: Desk) -> list[str]:
    with desk.client("customer") as customer:
        return [
            _call(customer, "create_ticket", subject=f"Tyre {n}", body="It went psst.")[
                "id"
            ]
            for n in range(TICKETS)
        ]


def _singly(client: httpx.Client, tickets: list[str]) -> list[float]:
    took = []
    for ticket in tickets:
        began = time.perf_counter()
        change = {"priority": "normal", "tags": ["one"]}
        _call(client, "update_ticket", ticket=ticket, changes=change)
        took.append(1000 * (time.perf_counter() - began))
    return took


def _in_bulk(
    desk: Desk, agent: httpx.Client, tickets: list[str], priority: str
) -> list[float]:
    """Return what each chunk took, with its claim."""
    change = {"priority": priority, "add_tags": [priority]}
    _call(agent, "bulk_update", tickets=tickets, change=change)
    took = []
    with desk.worker() as worker:
        while True:
            began = time.perf_counter()
            claimed = _call(worker, "claim_bulk_update")
            if claimed is None:
                return took
            chunk = {"bulk_update": claimed["id"], "attempt": claimed["attempt"]}
            _call(worker, "apply_bulk_chunk", **chunk)
            took.append(1000 * (time.perf_counter() - began))


def _beside(
    desk: Desk, tickets: list[str], took: list[float], over: threading.Event
) -> None:
    """Change one ticket after the other, as somebody who knows of nothing."""
    with desk.client("lead") as lead:
        for number, ticket in enumerate(cycle(tickets[::7])):
            if over.is_set():
                return
            began = time.perf_counter()
            _call(
                lead, "update_ticket", ticket=ticket, changes={"subject": f"T {number}"}
            )
            took.append(1000 * (time.perf_counter() - began))


def _call(client: httpx.Client, function: str, **arguments: object) -> dict[str, str]:
    answer = client.post(f"rpc/{function}", json=arguments)
    answer.raise_for_status()
    result: dict[str, str] = answer.json()
    return result
