"""People who work tickets, and ask again when the answer was lost."""

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
class Answered:
    """What the desk has said to be done."""

    tickets: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    lost_answers: int = 0


class Crowd:
    """Several writers at once, through PostgREST like any function."""

    def __init__(self, desk: FragileDesk, patience: float) -> None:
        self.answered = Answered()
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
        """Begin so many tickets; they are worked in the background."""
        for _ in range(tickets):
            self._number += 1
            self._later(self._open, self._number)

    def finish(self) -> None:
        """Wait until everything is worked; raise what anybody was refused."""
        while self._under_way:
            self._under_way.pop(0).result()

    def busy(self) -> bool:
        """Whether somebody is at work."""
        return not all(each.done() for each in self._under_way)

    def _later(self, work: Callable[..., None], *given: object) -> None:
        self._under_way.append(self._pool.submit(work, *given))

    def _open(self, number: int) -> None:
        customer = CUSTOMERS[number % len(CUSTOMERS)]
        agent = AGENTS[number % len(AGENTS)]
        draft = {"subject": f"Ticket {number}", "body": "It rattles."}
        ticket = self._ask(customer, "create_ticket", idempotency_key=key(), **draft)
        with self._lock:
            self.answered.tickets.append(ticket["id"])
        # Two people at one ticket at once.
        self._later(self._work, agent, ticket["id"])
        self._later(self._say, customer, ticket["id"], "public")

    def _work(self, agent: str, ticket: str) -> None:
        self._ask(agent, "assign_ticket", ticket=ticket, assignee="me")
        self._say(agent, ticket, "internal")
        self._say(agent, ticket, "public")
        self._ask(agent, "update_ticket_status", ticket=ticket, status="pending")

    def _say(self, name: str, ticket: str, visibility: str) -> None:
        body = f"{name} says {uuid4().hex}"
        given = {"ticket": ticket, "body": body, "visibility": visibility}
        comment = self._ask(name, "add_comment", idempotency_key=key(), **given)
        with self._lock:
            self.answered.comments.append(comment["id"])

    def _ask(self, name: str, function: str, **given: object) -> Any:
        """Ask until there is an answer: an outage is waited out, a refusal is not."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                answer = self._clients[name].post(f"rpc/{function}", json=given)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return answer.json()
            # PostgREST names no code where the database broke off.
            if answer is not None and answer.status_code < 500:
                assert answer.json()["code"] == "", answer.text
            assert time.monotonic() < deadline, "nobody answers any more"
            with self._lock:
                self.answered.lost_answers += 1
            time.sleep(PAUSE)


def key() -> str:
    return uuid4().hex
