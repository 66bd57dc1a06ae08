"""Clients that work tickets, and retry a request whose response was lost."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self
from uuid import uuid4

import httpx

from .desk import FragileDesk

PER_TICKET = 7  # events, about
AT_ONCE = 6
CUSTOMERS = ("customer", "stranger")
AGENTS = ("agent", "neighbour")
PAUSE = 0.05


@dataclass
class Acknowledged:
    """What the API has confirmed to be done."""

    tickets: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    lost_responses: int = 0


class Clients:
    """Several writers at once, through PostgREST like any function."""

    def __init__(self, desk: FragileDesk, patience: float) -> None:
        self.acknowledged = Acknowledged()
        self._patience = patience
        self._clients = {each: desk.client(each) for each in (*CUSTOMERS, *AGENTS)}
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._under_way: list[Future[None]] = []
        self._lock = Lock()
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def open(self, tickets: int) -> None:
        """Open so many tickets, to be worked in the background."""
        for _ in range(tickets):
            self._number += 1
            self._later(self._open, self._number)

    def finish(self) -> None:
        """Wait until everything is worked; raise the first refusal."""
        while self._under_way:
            self._under_way.pop(0).result()

    def busy(self) -> bool:
        """Whether any client is still working."""
        return not all(each.done() for each in self._under_way)

    def _later(self, work: Callable[..., None], *arguments: object) -> None:
        self._under_way.append(self._pool.submit(work, *arguments))

    def _open(self, number: int) -> None:
        customer = CUSTOMERS[number % len(CUSTOMERS)]
        agent = AGENTS[number % len(AGENTS)]
        draft = {"subject": f"Ticket {number}", "body": "It rattles."}
        ticket = self._call(customer, "create_ticket", idempotency_key=key(), **draft)
        with self._lock:
            self.acknowledged.tickets.append(ticket["id"])
        # Two people at one ticket at once.
        self._later(self._work, agent, ticket["id"])
        self._later(self._comment, customer, ticket["id"], "public")

    def _work(self, agent: str, ticket: str) -> None:
        self._call(agent, "assign_ticket", ticket=ticket, assignee="me")
        self._comment(agent, ticket, "internal")
        self._comment(agent, ticket, "public")
        self._call(agent, "update_ticket_status", ticket=ticket, status="pending")

    def _comment(self, name: str, ticket: str, visibility: str) -> None:
        body = f"{name} writes {uuid4().hex}"
        comment = {"ticket": ticket, "body": body, "visibility": visibility}
        added = self._call(name, "add_comment", idempotency_key=key(), **comment)
        with self._lock:
            self.acknowledged.comments.append(added["id"])

    def _call(self, name: str, function: str, **arguments: object) -> Any:
        """Retry until there is a response: an outage is waited out, no refusal is."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                response = self._clients[name].post(f"rpc/{function}", json=arguments)
            except httpx.TransportError:
                response = None
            if response is not None and response.is_success:
                return response.json()
            # PostgREST names no code where the database broke off.
            if response is not None and response.status_code < 500:
                assert response.json()["code"] == "", response.text
            assert time.monotonic() < deadline, "the API stays unavailable"
            with self._lock:
                self.acknowledged.lost_responses += 1
            time.sleep(PAUSE)


def key() -> str:
    return uuid4().hex
