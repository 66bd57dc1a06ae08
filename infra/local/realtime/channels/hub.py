"""Fan out broadcasts to listeners, and keep who is present."""

import json
import logging
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.realtime.protocol import Broadcast

Meta = dict[str, Any]
LARGEST = 3 << 20  # bytes of a payload, as in a project of the Pro plan

log = logging.getLogger("realtime")


@dataclass(frozen=True)
class Room:
    """A topic; the private and the public one of a name are separate."""

    topic: str
    private: bool


class Listener(Protocol):
    """A joined channel, as the hub sees it; nothing of it may wait for its client."""

    @property
    def presence_key(self) -> str:
        """The name it is present under."""
        ...

    def deliver(self, message: Broadcast) -> None:
        """Send a broadcast, if it may receive it."""
        ...

    def deliver_presence(self, event: str, payload: object) -> None:
        """Send a presence message, if it may receive it."""
        ...


@dataclass(frozen=True)
class Presence:
    """What a listener shows: its payload as sent, and as the others read it."""

    payload: str
    meta: Meta


class TooLarge(Exception):
    """A payload is larger than the platform takes."""


class Hub:
    """The rooms of one project with their listeners and presences."""

    def __init__(self) -> None:
        self._listeners: defaultdict[Room, set[Listener]] = defaultdict(set)
        self._present: defaultdict[Room, dict[Listener, Presence]] = defaultdict(dict)

    def enter(self, room: Room, listener: Listener) -> None:
        """Let a listener receive what is sent to the room."""
        self._listeners[room].add(listener)

    def leave(self, room: Room, listener: Listener) -> None:
        """Take a listener out; it is present no longer."""
        self._listeners[room].discard(listener)
        self.untrack(room, listener)
        if not self._listeners[room]:
            del self._listeners[room]

    def send(
        self, room: Room, message: Broadcast, skip: Listener | None = None
    ) -> None:
        """Send to everyone in the room but `skip`; who cannot get it misses it.

        Raises:
            TooLarge: it is sent to nobody.
        """
        if len(message.encoded) > LARGEST:
            raise TooLarge
        for listener in list(self._listeners.get(room, ())):
            if listener is skip:
                continue
            try:
                listener.deliver(message)
            except Exception as error:  # noqa: BLE001 (whatever it is, the others go on)
                log.warning("a subscriber missed a broadcast: %r", error)

    def presences(self, room: Room) -> dict[str, dict[str, list[Meta]]]:
        """Return who is present, as clients read it."""
        state: dict[str, dict[str, list[Meta]]] = {}
        for listener, presence in self._present.get(room, {}).items():
            entry = state.setdefault(listener.presence_key, {"metas": []})
            entry["metas"].append(presence.meta)
        return state

    def track(self, room: Room, listener: Listener, meta: Meta) -> None:
        """Make a listener present, or change what it shows; the same again is nothing.

        Raises:
            TooLarge: nothing changes.
        """
        payload = json.dumps(meta, sort_keys=True)
        if len(payload) > LARGEST:
            raise TooLarge
        before = self._present[room].get(listener)
        if before and before.payload == payload:
            return
        refs = {"phx_ref": uuid.uuid4().hex[:16]}
        if before:
            refs["phx_ref_prev"] = before.meta["phx_ref"]
        after = Presence(payload, {**meta, **refs})
        self._present[room][listener] = after
        self._announce(room, listener, after, before)

    def untrack(self, room: Room, listener: Listener) -> None:
        """Make a listener absent."""
        before = self._present[room].pop(listener, None)
        if not self._present[room]:
            del self._present[room]
        if before:
            self._announce(room, listener, None, before)

    def _announce(
        self,
        room: Room,
        listener: Listener,
        joined: Presence | None,
        left: Presence | None,
    ) -> None:
        key = listener.presence_key
        diff = {
            "joins": {key: {"metas": [joined.meta]}} if joined else {},
            "leaves": {key: {"metas": [left.meta]}} if left else {},
        }
        for other in list(self._listeners.get(room, ())):
            other.deliver_presence("presence_diff", diff)
