"""The pages of a frontend that knows nothing but the documents.

It follows "A screen that stays current" in functions/README.md, and counts what it asks
of the API.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.channels import PATIENCE, PRIVATE, connected, subscribe

from .person import Person

SCHEMA = Path(__file__).parents[2] / "shared/core/events/ticket_events.schema.json"
TYPES = json.loads(SCHEMA.read_text())["discriminator"]["mapping"]
SHOWN = "status_category=new,open,pending,on_hold"
WHOLE = "include=comments,events,topics"


def patch(ticket: Any, event: Any) -> None:
    """Change a ticket as an event says it has changed."""
    facts = event["after"] or {}
    match event["type"]:
        case "TICKET_UPDATED":
            ticket |= facts
        case "TICKET_STATUS_CHANGED":
            ticket |= {
                "status": facts["status"],
                "status_category": facts["category"],
                "status_reason": facts["reason"],
            }
        case "TICKET_ASSIGNED":
            ticket |= {name: facts[name] for name in ("assignee_id", "assignee_name")}
    if event["version"] > ticket["version"]:
        ticket |= {"version": event["version"], "updated_at": event["occurred_at"]}


class Browser:
    """Somebody's browser: a list, a ticket opened from it, and the messages of both."""

    def __init__(self, person: Person, socket: Any) -> None:
        self._person, self._socket = person, socket
        self._messages: asyncio.Queue[Any] = asyncio.Queue()
        self._known: set[str] = set()
        self.requests = 0
        self.rows: dict[str, Any] = {}
        self.ticket: Any = None
        self.comments: list[Any] = []
        self.seq = 0
        self.present: Any = None

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request, which is counted."""
        self.requests += 1
        response = await asyncio.to_thread(
            self._person.send, method, f"/v1/{path}", json=body
        )
        assert response.is_success, response.text
        return response.json()

    async def open_list(self, path: str) -> None:
        """Join what there is to join, and then show a list."""
        for each in (await self.ask("GET", "topics"))["topics"]:
            await self._join(each["topic"])
        await self.show_list(path)

    async def show_list(self, path: str) -> None:
        """Show a list, or another choice of it."""
        self.rows = {row["id"]: row for row in (await self.ask("GET", path))["items"]}

    async def open_ticket(self, ticket: str) -> None:
        """Show a ticket of the list."""
        found = await self.ask("GET", f"tickets/{ticket}?{WHOLE}")
        self.comments = found.pop("comments")["items"][::-1]
        self.seq = found.pop("events")["items"][0]["seq"]
        [self.topic] = [
            each["topic"] for each in found.pop("topics") if each["kind"] == "ticket"
        ]
        self.ticket = found

    async def reply(self, body: str, **options: str) -> None:
        """Write a comment, and show it."""
        path = f"tickets/{self.ticket['id']}/comments"
        comment = await self.ask("POST", path, {"body": body, **options})
        assert comment.pop("follow_up_of") is None
        self.comments.append(comment)

    async def hear(self, *kinds: str) -> None:
        """Bring the pages up to date by the next messages, which are of these types."""
        for kind in kinds:
            event = None
            while event is None or self._is_beside(event):
                event = await asyncio.wait_for(self._messages.get(), PATIENCE)
            self._known.add(event["id"])
            assert event["type"] == kind
            await self._apply(event)

    def _is_beside(self, event: Any) -> bool:
        """Whether an event is known, or of another ticket than the open one."""
        other = self.ticket and event["ticket_id"] != self.ticket["id"]
        return event["id"] in self._known or bool(other)

    async def _apply(self, event: Any) -> None:
        ticket = event["ticket_id"]
        if event["type"] == "TICKET_CREATED":
            self.rows[ticket] = await self.ask("GET", f"tickets/{ticket}")
        elif ticket in self.rows:
            patch(self.rows[ticket], event)
        if self.ticket and ticket == self.ticket["id"] and event["seq"] > self.seq:
            assert event["seq"] == self.seq + 1
            self.seq = event["seq"]
            patch(self.ticket, event)
            last = self.comments[-1]["position"]
            said = event["type"] == "TICKET_COMMENTED"
            if said and event["after"]["position"] > last:
                path = f"tickets/{ticket}/comments?after={last}"
                self.comments += (await self.ask("GET", path))["items"]

    async def _join(self, topic: str) -> None:
        channel = self._socket.channel(topic, PRIVATE)
        for kind in TYPES:
            channel.on_broadcast(
                kind, lambda message: self._messages.put_nowait(message["payload"])
            )
        assert await subscribe(channel) == ("SUBSCRIBED", "")

    async def be_present(self) -> None:
        """Say on the ticket's topic that this person is looking at it."""
        config = {"private": True, "presence": {"key": self._person.id}}
        channel = self._socket.channel(self.topic, {"config": config})
        self.present = asyncio.Queue()
        channel.on_presence_sync(
            lambda: self.present.put_nowait({*channel.presence_state()})
        )
        assert await subscribe(channel) == ("SUBSCRIBED", "")
        await channel.track({"person_id": self._person.id, "doing": "looking"})

    async def sees(self, *people: Person) -> None:
        """Wait until these people are looking at the ticket."""
        expected, found = {person.id for person in people}, None
        while found != expected:
            found = await asyncio.wait_for(self.present.get(), PATIENCE)

    def counted(self) -> int:
        """Return how many requests were sent since this was last called."""
        requests, self.requests = self.requests, 0
        return requests


@asynccontextmanager
async def browsing(person: Person) -> AsyncIterator[Browser]:
    """Open a browser in which somebody has signed in."""
    desk = person.desk
    key = desk.supabase_publishable_key
    async with connected(desk.supabase_url, key, person.token) as socket:
        yield Browser(person, socket)
