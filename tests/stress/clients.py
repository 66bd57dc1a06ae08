"""Clients over HTTP: agents who claim and work, and others who disturb them.

Whatever is refused must be refused as a problem of the API; else the test fails.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import httpx

REFUSALS = {"PT403", "PT404", "PT409", "PT422"}
PAUSE = 0.02  # seconds


@dataclass
class Outcome:
    """What the API has answered, to all clients together."""

    claimed: list[tuple[str, int]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Client:
    """One browser of one person: it sends a request and waits for the answer."""

    def __init__(self, http: httpx.Client, outcome: Outcome, seed: int) -> None:
        self._http = http
        self._outcome = outcome
        self.dice = random.Random(seed)  # noqa: S311

    def call(self, function: str, **arguments: object) -> Any:
        """Return the result of a command, or None when it is refused."""
        answer = self._http.post(f"rpc/{function}", json=arguments)
        if answer.is_success:
            return answer.json()
        failure = answer.json()
        with self._outcome.lock:
            if failure.get("code") in REFUSALS:
                self._outcome.refused[failure["message"]] += 1
            else:
                self._outcome.unexpected.append(f"{function}: {answer.text}")
        return None

    def someone(self) -> str:
        """Return the id of a ticket that somebody opened, any."""
        with self._outcome.lock:
            known = self._outcome.opened
            return self.dice.choice(known) if known else ""

    # Agents --------------------------------------------------------

    def work(self, claims: int) -> None:
        """Claim so often, and work on each ticket as agents do."""
        for _ in range(claims):
            found = self.call("claim_next_ticket", queue="support")
            if found:
                with self._outcome.lock:
                    self._outcome.claimed.append((found[0]["id"], found[0]["version"]))
                self._go_on_with(found[0]["id"])
            elif found is None:
                self._make_room()
            else:
                time.sleep(PAUSE)

    def _go_on_with(self, ticket: str) -> None:
        kind = self.dice.choices(
            ["solve", "inquire", "release", "keep"], weights=[4, 2, 2, 2]
        )[0]
        if kind == "solve":
            self.call("update_ticket_status", ticket=ticket, status="solved")
        elif kind == "inquire":
            self.call("add_comment", ticket=ticket, body="Which one?")
            self.call("update_ticket_status", ticket=ticket, status="pending")
        elif kind == "release":
            self.call("release_ticket", ticket=ticket)

    def _make_room(self) -> None:
        """Away, or at capacity: come back, and solve the first one held."""
        self.call("set_availability", agent="me", availability="available")
        mine = self.call(
            "list_queue",
            queue="support",
            filters={"assignee": "me", "statuses": ["new", "open"]},
            page_size=1,
        )
        for ticket in mine["items"] if mine else []:
            self.call("update_ticket_status", ticket=ticket["id"], status="solved")

    # Disturbances ------------------------------------------------

    def open_tickets(self, count: int) -> None:
        """Open so many tickets."""
        for number in range(count):
            priority = self.dice.choice(["urgent", "high", "normal", "low"])
            draft = {"subject": f"Ticket {number}", "body": "It rattles."}
            ticket = self.call("create_ticket", priority=priority, **draft)
            with self._outcome.lock:
                self._outcome.opened.append(ticket["id"])

    def reopen(self) -> None:
        """A customer answers, whatever state the ticket is in."""
        self.call("add_comment", ticket=self.someone(), body="It still does.")

    def assign(self, people: Iterable[str]) -> None:
        """A lead assigns any ticket to anybody, whoever has it."""
        person = self.dice.choice(list(people))
        self.call("assign_ticket", ticket=self.someone(), assignee=person)

    def release(self) -> None:
        """A lead releases any ticket."""
        self.call("release_ticket", ticket=self.someone())

    def regroup(self, people: Iterable[str]) -> None:
        """An administrator takes somebody out of the queue, and lets them in again."""
        member = {"queue": "support", "person": self.dice.choice(list(people))}
        self.call("remove_queue_member", **member)
        self.call("add_queue_member", **member)

    def leave(self) -> None:
        """Somebody goes away with all they hold, and comes back."""
        away = {"availability": "away", "reassign": True}
        self.call("set_availability", agent="me", **away)
        time.sleep(PAUSE)
        self.call("set_availability", agent="me", availability="available")


def work_through(
    workers: Mapping[Client, int], disturbers: Iterable[Callable[[], None]]
) -> None:
    """Let all workers claim as often as given, while the others disturb them."""
    done = Event()

    def disturb(act: Callable[[], None]) -> None:
        while not done.is_set():
            act()
            time.sleep(PAUSE)

    acts = list(disturbers)
    with ThreadPoolExecutor(len(workers) + len(acts)) as pool:
        others = [pool.submit(disturb, act) for act in acts]
        working = [pool.submit(each.work, claims) for each, claims in workers.items()]
        try:
            for one in working:
                one.result()
        finally:
            done.set()
        for one in others:
            one.result()
