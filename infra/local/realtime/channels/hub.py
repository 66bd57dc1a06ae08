"""Fan out broadcasts to listeners, and keep who is present."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Protocol

from .frames import Broadcast

Meta = dict[str, Any]


@dataclass(frozen=True)
class Room:
    """A topic; the private and the public one of a name are separate."""

    topic: str
    private: bool


class Listener(Protocol):
    """A joined channel, as the hub sees it."""

    @property
    def presence_key(self) -> str:
        """The name it is present under."""
        ...

    async def deliver(self, message: Broadcast) -> None:
        """Send a broadcast, if it may receive it."""
        ...

    async def deliver_presence(self, event: str, payload: object) -> None:
        """Send a presence message, if it may receive it."""
        ...


class Hub:
    """The rooms of one project with their listeners and presences."""

    def __init__(self) -> None:
        self._listeners: defaultdict[Room, set[Listener]] = defaultdict(set)
        self._present: defaultdict[Room, dict[Listener, Meta]] = defaultdict(dict)

    def enter(self, room: Room, listener: Listener) -> None:
        """Let a listener receive what is sent to the room."""
        self._listeners[room].add(listener)

    async def leave(self, room: Room, listener: Listener) -> None:
        """Take a listener out; it is present no longer."""
        self._listeners[room].discard(listener)
        await self.untrack(room, listener)
        if not self._listeners[room]:
            del self._listeners[room]
            self._present.pop(room, None)

    async def send(
        self, room: Room, message: Broadcast, skip: Listener | None = None
    ) -> None:
        """Send to everyone in the room but `skip`."""
        for listener in list(self._listeners.get(room, ())):
            if listener is not skip:
                await listener.deliver(message)

    def presences(self, room: Room) -> dict[str, dict[str, list[Meta]]]:
        """Return who is present, as clients read it."""
        state: dict[str, dict[str, list[Meta]]] = {}
        for listener, meta in self._present[room].items():
            entry = state.setdefault(listener.presence_key, {"metas": []})
            entry["metas"].append(meta)
        return state

    async def track(self, room: Room, listener: Listener, meta: Meta) -> None:
        """Make a listener present, or change what it shows."""
        before = self._present[room].get(listener)
        after = {**meta, "phx_ref": uuid.uuid4().hex[:16]}
        self._present[room][listener] = after
        await self._announce(room, listener, after, before)

    async def untrack(self, room: Room, listener: Listener) -> None:
        """Make a listener absent."""
        if before := self._present[room].pop(listener, None):
            await self._announce(room, listener, None, before)

    async def _announce(
        self, room: Room, listener: Listener, joined: Meta | None, left: Meta | None
    ) -> None:
        key = listener.presence_key
        diff = {
            "joins": {key: {"metas": [joined]}} if joined else {},
            "leaves": {key: {"metas": [left]}} if left else {},
        }
        for other in list(self._listeners.get(room, ())):
            await other.deliver_presence("presence_diff", diff)
