"""Claiming what comes next: how long it takes, and how many a second, over PostgREST.

Two ways: 32 people as fast as they get answers, where the machine's processors are the
limit, and the same people once a second each, far more often than people do.
"""

import threading
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.bench.desk import Desk, id_of, open_desk
from tests.bench.report import Figure
from tests.bench.timing import percentile
from tests.database.personas import grant, sign_up

CLIENTS = 32
SECONDS = 12.0
PAUSE = 1.0
CAPACITY = 1000
TICKETS = 12_000
LIMIT_MILLISECONDS = 50.0
EMPTY_EVERY = 4
OPEN = """
insert into public.tickets (subject, queue_id, requester_id, waiting_since)
select 'A flat tyre', %s, %s, now() - n * interval '1 second'
from generate_series(1, %s) as n
"""
DOUBLES = """
select count(*) from (
    select from public.ticket_events where type = 'TICKET_ASSIGNED'
    group by ticket_id having count(*) > 1
) as doubles
"""
EXCEEDED = "select count(*) from public.agents where load > capacity"
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@dataclass(frozen=True)
class Heard:
    """What everybody together has measured, in milliseconds, and got."""

    claims: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    got: list[str] = field(default_factory=list)


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the times with and without pauses, and what must not have happened."""
    with open_desk() as desk:
        people = _furnish(desk)
        claimed: Counter[str] = Counter()
        for what, pause, limit in (
            ("32 people, without a pause", 0.0, None),  # it warms all connections up
            ("32 people, once a second each", PAUSE, LIMIT_MILLISECONDS),
        ):
            heard = _claim(desk, people, pause)
            claimed.update(heard.got)
            told = (
                f"{len(heard.claims) / SECONDS:.0f} a second,"
                f" median {percentile(heard.claims, 0.5):.0f} ms; a request that does"
                f" nothing, meanwhile: p95 {percentile(heard.empty, 0.95):.0f} ms"
            )
            slow = percentile(heard.claims, 0.95)
            yield Figure("claim", f"{what}, p95", slow, "ms", limit, told)
        for what, query in (
            ("assigned twice", DOUBLES),
            ("people above capacity", EXCEEDED),
            ("deadlocks", DEADLOCKS),
        ):
            with desk.connection() as connection:
                [found] = connection.execute(query).fetchone() or [0]
            yield Figure("claim", what, found, "", 0)
        twice = sum(count - 1 for count in claimed.values())
        yield Figure("claim", "answered to two", twice, "", 0)


def _furnish(desk: Desk) -> list[str]:
    people = [f"claimer{number}" for number in range(CLIENTS)]
    with desk.connection() as connection:
        for name in people:
            sign_up(connection, name)
            grant(connection, name, "agent")
            connection.execute(
                "insert into public.queue_members (queue_id, person_id)"
                " values (%s, %s)",
                [id_of("support"), id_of(name)],
            )
            connection.execute(
                "insert into public.agents (person_id, availability, capacity)"
                " values (%s, 'available', %s)",
                [id_of(name), CAPACITY],
            )
        connection.execute(OPEN, [id_of("support"), id_of("customer"), TICKETS])
        connection.execute("vacuum analyze public.tickets, public.ticket_events")
    return people


def _claim(desk: Desk, people: list[str], pause: float) -> Heard:
    """Let everybody claim for a while, and now and then send what does nothing."""
    heard = Heard()
    until = time.perf_counter() + SECONDS

    def timed(client: httpx.Client, function: str, took: list[float]) -> Any:
        began = time.perf_counter()
        answer = client.post(f"rpc/{function}", json={}).raise_for_status()
        took.append(1000 * (time.perf_counter() - began))
        return answer.json()

    def work(number: int, name: str) -> None:
        with desk.client(id_of(name)) as client:
            client.post("rpc/health", json={}).raise_for_status()  # connect
            time.sleep(pause * number / len(people))
            for turn in count():
                if time.perf_counter() > until:
                    break
                found = timed(client, "claim_next_ticket", heard.claims)
                heard.got.extend(row["id"] for row in found)
                time.sleep(pause / 2)
                if turn % EMPTY_EVERY == 0:
                    timed(client, "health", heard.empty)
                time.sleep(pause / 2)

    threads = [threading.Thread(target=work, args=place) for place in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard
