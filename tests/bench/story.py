"""What one ticket costs: the counts that infra/cost multiplies."""

import os
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.bench.report import Figure
from tests.faults.desk import FragileDesk, fragile_desk

STORIES = 40
WARM_UP = 5
PATIENCE = 300.0
PENDING = "select count(*) from private.outbox"
COUNTS = {
    "events": "select count(*) from public.ticket_events",
    "calls of pg_net": "select last_value from net.http_request_queue_id_seq",
    "Realtime messages": "select count(*) from realtime.messages",
    "notifications": "select count(*) from public.notifications",
    "mails": "select count(*) from private.emails",
}
SIZE = """
select sum(pg_total_relation_size(c.oid))::bigint from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind = 'r'
"""
TICK = os.sysconf("SC_CLK_TCK")


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield what a story takes of everything that is paid for or limited."""
    with fragile_desk(PATIENCE) as desk:
        tokens = {name: desk.token(name) for name in ("customer", "agent")}
        for _ in range(WARM_UP):
            _Story(desk, _Tally(), tokens).play()
        _until_processed(desk)
        before, cpu = _counts(desk), _cpu(desk)
        tally = _Tally()
        for _ in range(STORIES):
            _Story(desk, tally, tokens).play()
        _until_processed(desk)
        after, spent = _counts(desk), _cpu(desk) - cpu
        logged = sum(len(desk.log_of(name)) for name in desk.functions())
        yield _a_ticket("requests", tally.requests / STORIES, "")
        yield _a_ticket("bytes answered", tally.bytes / STORIES, "B")
        for name, value in after.items():
            unit = "B" if name == "bytes stored" else ""
            yield _a_ticket(name, (value - before[name]) / STORIES, unit)
        yield _a_ticket("processor of the database", 1000 * spent / STORIES, "ms")
        yield _a_ticket("bytes logged", logged / (STORIES + WARM_UP), "B")
        middle = sorted(tally.took)[len(tally.took) // 2]
        yield Figure("story", "a request, median", 1000 * middle, "ms")


def _a_ticket(what: str, value: float, unit: str) -> Figure:
    return Figure("story", f"{what} a ticket", value, unit)


class _Tally:
    """The requests and how long they took."""

    def __init__(self) -> None:
        self.requests, self.bytes = 0, 0
        self.took: list[float] = []


class _Story:
    """A question, two rounds of answers, a solution; each screen read once."""

    def __init__(self, desk: FragileDesk, tally: _Tally, tokens: Mapping[str, str]):
        self._desk, self._tally, self._tokens = desk, tally, tokens

    def play(self) -> None:
        draft = {
            "subject": "My chain jumps in the third gear",
            "body": "It began after the rain on Monday. " * 12,
            "queue": "support",
        }
        ticket = self._send("customer", "POST", "/v1/tickets", draft)
        path = f"/v1/tickets/{ticket['id']}"
        self._send("agent", "GET", "/v1/queues/support/tickets")
        self._read("agent", path)
        self._send("agent", "PUT", f"{path}/assignee", {"me": True})
        note = {"body": "Third one this week.", "visibility": "internal"}
        self._comment("agent", path, note)
        for _ in range(2):
            self._comment("agent", path, {"body": "Which gear, and since when? " * 8})
            self._read("customer", path)
            self._comment(
                "customer", path, {"body": "The third one, since Monday. " * 8}
            )
            self._read("agent", path)
        self._send("agent", "PATCH", f"{path}/status", {"status": "solved"})
        self._send("customer", "GET", "/v1/notifications")
        self._send("customer", "GET", "/v1/tickets")

    def _read(self, who: str, path: str) -> None:
        self._send(who, "GET", path)
        self._send(who, "GET", f"{path}/comments")

    def _comment(self, who: str, path: str, comment: Mapping[str, Any]) -> None:
        self._send(who, "POST", f"{path}/comments", comment)

    def _send(self, who: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._tokens[who]}"}
        if method == "POST":
            headers["idempotency-key"] = uuid4().hex
        url = f"{self._desk.deployment.api_url}{path}"
        began = time.perf_counter()
        answer = httpx.request(method, url, headers=headers, json=body, timeout=60)
        self._tally.took.append(time.perf_counter() - began)
        self._tally.requests += 1
        self._tally.bytes += len(answer.raise_for_status().content)
        return answer.json()


def _counts(desk: FragileDesk) -> dict[str, int]:
    counts = {name: desk.rows(query)[0][0] for name, query in COUNTS.items()}
    return counts | {"bytes stored": desk.rows(SIZE)[0][0]}


def _until_processed(desk: FragileDesk) -> None:
    desk.eventually(lambda: desk.rows(PENDING) == [(0,)], 0.2)


def _cpu(desk: FragileDesk) -> float:
    """Seconds of processor that PostgreSQL and PostgREST have used so far."""
    postmaster = _postmaster(desk)
    own, ended = _times(postmaster)
    tasks = Path(f"/proc/{postmaster}/task/{postmaster}/children")
    children = [_times(int(pid))[0] for pid in tasks.read_text().split()]
    rest, _ = _times(desk.pid("postgrest"))
    return own + ended + sum(children) + rest


def _postmaster(desk: FragileDesk) -> int:
    """The parent of every backend."""
    [(pid,)] = desk.rows(
        "select pid from pg_stat_activity where backend_type = 'checkpointer'"
    )
    return int(_stat(pid)[1])


def _times(pid: int) -> tuple[float, float]:
    """Seconds of a process, and of its children that have ended."""
    stat = _stat(pid)
    return (
        (int(stat[11]) + int(stat[12])) / TICK,
        (int(stat[13]) + int(stat[14])) / TICK,
    )


def _stat(pid: int) -> list[str]:
    """What the kernel counts, from the state on: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
