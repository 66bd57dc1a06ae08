"""A bulk update of 1,000 tickets, and how long others wait beside it."""

import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from itertools import cycle

import httpx

from tests.bench.desk import Desk, id_of, open_desk
from tests.bench.report import Figure
from tests.bench.timing import percentile

TICKETS = 1_000
ALONE = 300


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield tickets a second in bulk and one by one, and what others wait."""
    with open_desk() as desk, desk.client(id_of("agent")) as agent:
        tickets = _open(desk)
        single = _singly(agent, tickets[:ALONE])
        rate = 1000 * len(single) / sum(single)
        yield Figure("bulk", "one by one", rate, "a second")

        chunks = _in_bulk(desk, agent, tickets, "low")
        rate = 1000 * TICKETS / sum(chunks)
        told = f"a chunk of 50: p50 {percentile(chunks, 0.5):.0f} ms"
        yield Figure(
            "bulk", f"{TICKETS:,} tickets at once", rate, "a second", None, told
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
            told = f"alone {percentile(single, part):.0f} ms"
            what = f"a change beside it, p{100 * part:.0f}"
            yield Figure("bulk", what, wait, "ms", None, told)


def _open(desk: Desk) -> list[str]:
    with desk.client(id_of("customer")) as customer:
        return [
            _ask(customer, "create_ticket", subject=f"Tyre {n}", body="It went psst.")[
                "id"
            ]
            for n in range(TICKETS)
        ]


def _singly(client: httpx.Client, tickets: list[str]) -> list[float]:
    took = []
    for ticket in tickets:
        began = time.perf_counter()
        change = {"priority": "normal", "tags": ["one"]}
        _ask(client, "update_ticket", ticket=ticket, changes=change)
        took.append(1000 * (time.perf_counter() - began))
    return took


def _in_bulk(
    desk: Desk, agent: httpx.Client, tickets: list[str], priority: str
) -> list[float]:
    """Return what each chunk took, with its claim."""
    change = {"priority": priority, "add_tags": [priority]}
    _ask(agent, "bulk_update", tickets=tickets, change=change)
    took = []
    with _worker(desk) as worker:
        while True:
            began = time.perf_counter()
            claimed = _ask(worker, "claim_bulk_update")
            if claimed is None:
                return took
            given = {"bulk_update": claimed["id"], "attempt": claimed["attempt"]}
            _ask(worker, "apply_bulk_chunk", **given)
            took.append(1000 * (time.perf_counter() - began))


def _beside(
    desk: Desk, tickets: list[str], took: list[float], over: threading.Event
) -> None:
    """Change one ticket after the other, as somebody who knows of nothing."""
    with desk.client(id_of("lead")) as lead:
        for number, ticket in enumerate(cycle(tickets[::7])):
            if over.is_set():
                return
            began = time.perf_counter()
            _ask(
                lead, "update_ticket", ticket=ticket, changes={"subject": f"T {number}"}
            )
            took.append(1000 * (time.perf_counter() - began))


def _worker(desk: Desk) -> httpx.Client:
    headers = {"apikey": desk.platform.keys.secret}
    return httpx.Client(base_url=f"{desk.url}/rest/v1/", headers=headers, timeout=30)


def _ask(client: httpx.Client, function: str, **given: object) -> dict[str, str]:
    answer = client.post(f"rpc/{function}", json=given)
    answer.raise_for_status()
    told: dict[str, str] = answer.json()
    return told
