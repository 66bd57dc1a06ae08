"""Clients over HTTP: people who claim and work, and people who get in their way.

Whatever is refused must be refused in our words; anything else ends the test.
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
class Heard:
    """What the desk has answered, to everybody together."""

    claimed: list[tuple[str, int]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Client:
    """One browser of one person: it sends a request and waits for the answer."""

    def __init__(self, http: httpx.Client, heard: Heard, seed: int) -> None:
        self._http = http
        self._heard = heard
        self.dice = random.Random(seed)  # noqa: S311

    def ask(self, function: str, **given: object) -> Any:
        """Return what a command answers, or None when it is refused."""
        answer = self._http.post(f"rpc/{function}", json=given)
        if answer.is_success:
            return answer.json()
        told = answer.json()
        with self._heard.lock:
            if told.get("code") in REFUSALS:
                self._heard.refused[told["message"]] += 1
            else:
                self._heard.surprises.append(f"{function}: {answer.text}")
        return None

    def someone(self) -> str:
        """Return the id of a ticket that somebody opened, any."""
        with self._heard.lock:
            known = self._heard.opened
            return self.dice.choice(known) if known else ""

    # Those who work --------------------------------------------------------

    def work(self, claims: int) -> None:
        """Claim so often, and do with each ticket what people do."""
        for _ in range(claims):
            found = self.ask("claim_next_ticket", queue="support")
            if found:
                with self._heard.lock:
                    self._heard.claimed.append((found[0]["id"], found[0]["version"]))
                self._go_on_with(found[0]["id"])
            elif found is None:
                self._make_room()
            else:
                time.sleep(PAUSE)

    def _go_on_with(self, ticket: str) -> None:
        kind = self.dice.choices(
            ["solve", "ask", "put back", "keep"], weights=[4, 2, 2, 2]
        )[0]
        if kind == "solve":
            self.ask("update_ticket_status", ticket=ticket, status="solved")
        elif kind == "ask":
            self.ask("add_comment", ticket=ticket, body="Which one?")
            self.ask("update_ticket_status", ticket=ticket, status="pending")
        elif kind == "put back":
            self.ask("release_ticket", ticket=ticket)

    def _make_room(self) -> None:
        """Away, or at capacity: come back, and solve the first one held."""
        self.ask("set_availability", agent="me", availability="available")
        mine = self.ask(
            "list_queue",
            queue="support",
            filters={"assignee": "me", "statuses": ["new", "open"]},
            page_size=1,
        )
        for ticket in mine["items"] if mine else []:
            self.ask("update_ticket_status", ticket=ticket["id"], status="solved")

    # Those who get in their way ------------------------------------------------

    def open_tickets(self, count: int) -> None:
        """Ask for help so often."""
        for number in range(count):
            priority = self.dice.choice(["urgent", "high", "normal", "low"])
            draft = {"subject": f"Ticket {number}", "body": "It rattles."}
            ticket = self.ask("create_ticket", priority=priority, **draft)
            with self._heard.lock:
                self._heard.opened.append(ticket["id"])

    def reopen(self) -> None:
        """A customer answers, whatever state the ticket is in."""
        self.ask("add_comment", ticket=self.someone(), body="It still does.")

    def assign(self, people: Iterable[str]) -> None:
        """A lead gives any ticket to anybody, whoever holds it."""
        person = self.dice.choice(list(people))
        self.ask("assign_ticket", ticket=self.someone(), assignee=person)

    def release(self) -> None:
        """A lead puts any ticket back."""
        self.ask("release_ticket", ticket=self.someone())

    def regroup(self, people: Iterable[str]) -> None:
        """An administrator takes somebody out of the queue, and lets them in again."""
        asked = {"queue": "support", "person": self.dice.choice(list(people))}
        self.ask("remove_queue_member", **asked)
        self.ask("add_queue_member", **asked)

    def leave(self) -> None:
        """Somebody goes away with all they hold, and comes back."""
        gone = {"availability": "away", "reassign": True}
        self.ask("set_availability", agent="me", **gone)
        time.sleep(PAUSE)
        self.ask("set_availability", agent="me", availability="available")


def work_through(
    workers: Mapping[Client, int], meddlers: Iterable[Callable[[], None]]
) -> None:
    """Let all workers claim as often as said, and meddlers meddle until they have."""
    done = Event()

    def meddle(act: Callable[[], None]) -> None:
        while not done.is_set():
            act()
            time.sleep(PAUSE)

    acts = list(meddlers)
    with ThreadPoolExecutor(len(workers) + len(acts)) as pool:
        others = [pool.submit(meddle, act) for act in acts]
        working = [pool.submit(each.work, claims) for each, claims in workers.items()]
        try:
            for one in working:
                one.result()
        finally:
            done.set()
        for one in others:
            one.result()
