"""One joined channel: its rights, deliveries and end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from infra.local.realtime.access import EXTENSIONS, Claims, Policies
from infra.local.realtime.protocol import Broadcast, Frame, JoinConfig

from .hub import Hub, Room

PREFIX = "realtime:"


class Outlet(Protocol):
    """The socket of a channel, as far as the channel writes to it."""

    def send(self, frame: Frame) -> None:
        """Send a frame, without waiting for the client."""
        ...

    def send_broadcast(self, topic: str, message: Broadcast) -> None:
        """Send a broadcast in the form of the client's version."""
        ...


class Channel:
    """A topic joined on one socket."""

    def __init__(
        self, topic: str, join_ref: str | int | None, config: JoinConfig, outlet: Outlet
    ) -> None:
        self.topic = topic
        self.join_ref = join_ref
        self.config = config
        self.claims: Claims | None = None
        self.room = Room(topic.removeprefix(PREFIX), config.private)
        self._outlet = outlet
        self._readable: set[str] = set()
        self._writable: set[str] | None = None
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def presence_key(self) -> str:
        """The name it is present under."""
        return self.config.presence_key

    async def admit(self, claims: Claims, policies: Policies) -> bool:
        """Set the token; return whether it may read the topic."""
        extensions = EXTENSIONS if self.config.presence else EXTENSIONS[:1]
        readable: set[str] = set(EXTENSIONS)
        if self.room.private:
            readable = await policies.readable(self.room.topic, claims, extensions)
        lost = self.claims is not None and bool(self._readable - readable)
        self.claims, self._readable, self._writable = claims, readable, None
        return bool(readable) and not lost

    async def enable_presence(self, hub: Hub, policies: Policies) -> None:
        """Receive presence from now on, if the token may: tracking oneself turns it on.

        A join without presence has not asked whether it may.
        """
        if self.config.presence:
            return
        self.config = replace(self.config, presence=True)
        if self.room.private and self.claims:
            topic = self.room.topic
            readable = await policies.readable(topic, self.claims, ("presence",))
            self._readable |= readable
        self.deliver_presence("presence_state", hub.presences(self.room))

    async def may_send(self, extension: str, policies: Policies) -> bool:
        """Return whether the token may send; the policies are checked once a token."""
        if not self.room.private:
            return True
        if self._writable is None and self.claims:
            self._writable = await policies.writable(self.room.topic, self.claims)
        return extension in (self._writable or ())

    def expire_with(self, closing: Callable[["Channel"], object]) -> None:
        """Close the channel when its token expires."""
        self.cancel_expiry()
        if self.claims is None:
            return
        loop = asyncio.get_running_loop()
        seconds = max(self.claims.seconds_left, 0)
        self._expiry = loop.call_later(seconds, closing, self)

    def cancel_expiry(self) -> None:
        """Cancel the closing at expiry."""
        if self._expiry:
            self._expiry.cancel()

    def deliver(self, message: Broadcast) -> None:
        """Send a broadcast, if the client may receive it."""
        if "broadcast" in self._readable:
            self._outlet.send_broadcast(self.topic, message)

    def deliver_presence(self, event: str, payload: object) -> None:
        """Send a presence message, if the client enabled it and may receive it."""
        if self.config.presence and "presence" in self._readable:
            self.push(event, payload)

    def enter(self, hub: Hub) -> None:
        """Enter the room and receive who is present."""
        hub.enter(self.room, self)
        self.deliver_presence("presence_state", hub.presences(self.room))

    def push(self, event: str, payload: object) -> None:
        """Send a message that is no reply."""
        frame = Frame(self.topic, event, payload, join_ref=self.join_ref)
        self._outlet.send(frame)

    def system(self, status: str, message: str) -> None:
        """Send a message of the service itself."""
        body = {"extension": "system", "status": status, "message": message}
        self.push("system", {**body, "channel": self.room.topic})

    def close(self) -> None:
        """Send that the channel is closed."""
        ref = self.join_ref
        self._outlet.send(Frame(self.topic, "phx_close", {}, ref, ref))
