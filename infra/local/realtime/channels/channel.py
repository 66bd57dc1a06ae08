"""One joined channel: what its client may read and send, until its token ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from infra.local.realtime.access import EXTENSIONS, Claims, Policies

from .frames import Broadcast, Frame
from .hub import Hub, Room
from .wishes import Wishes

PREFIX = "realtime:"


class Outlet(Protocol):
    """The socket of a channel, as far as the channel writes to it."""

    async def send(self, frame: Frame) -> None:
        """Send a frame."""
        ...

    async def send_broadcast(self, topic: str, message: Broadcast) -> None:
        """Send a broadcast in the form of the client's version."""
        ...


class Channel:
    """A topic joined on one socket."""

    def __init__(
        self, topic: str, join_ref: str | None, wishes: Wishes, outlet: Outlet
    ) -> None:
        self.topic = topic
        self.join_ref = join_ref
        self.wishes = wishes
        self.claims: Claims | None = None
        self.room = Room(topic.removeprefix(PREFIX), wishes.private)
        self._outlet = outlet
        self._readable: set[str] = set()
        self._writable: set[str] | None = None
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def presence_key(self) -> str:
        """The name it is present under."""
        return self.wishes.presence_key

    async def admit(self, claims: Claims, policies: Policies) -> bool:
        """Take a token; whether it may read the topic."""
        asked = EXTENSIONS if self.wishes.presence else EXTENSIONS[:1]
        readable: set[str] = set(EXTENSIONS)
        if self.room.private:
            readable = await policies.readable(self.room.topic, claims, asked)
        lost = self.claims is not None and bool(self._readable - readable)
        self.claims, self._readable, self._writable = claims, readable, None
        return bool(readable) and not lost

    async def may_send(self, extension: str, policies: Policies) -> bool:
        """Whether the token may send; the policies are asked once a token."""
        if not self.room.private:
            return True
        if self._writable is None and self.claims:
            self._writable = await policies.writable(self.room.topic, self.claims)
        return extension in (self._writable or ())

    def expire_with(self, closing: Callable[["Channel"], object]) -> None:
        """Close the channel when its token expires."""
        self.forget_expiry()
        if self.claims is None:
            return
        loop = asyncio.get_running_loop()
        seconds = max(self.claims.seconds_left, 0)
        self._expiry = loop.call_later(seconds, closing, self)

    def forget_expiry(self) -> None:
        """Close the channel no longer by itself."""
        if self._expiry:
            self._expiry.cancel()

    def show_presence(self) -> None:
        """Receive presence from now on: tracking oneself turns it on."""
        self.wishes = replace(self.wishes, presence=True)

    async def deliver(self, message: Broadcast) -> None:
        """Send a broadcast, if the client may receive it."""
        if "broadcast" in self._readable:
            await self._outlet.send_broadcast(self.topic, message)

    async def tell_presence(self, event: str, payload: object) -> None:
        """Send a presence message, if the client wants and may receive it."""
        if self.wishes.presence and "presence" in self._readable:
            await self.push(event, payload)

    async def greet(self, hub: Hub) -> None:
        """Enter the room and learn who is present."""
        hub.enter(self.room, self)
        await self.tell_presence("presence_state", hub.presences(self.room))

    async def push(self, event: str, payload: object) -> None:
        """Send a message that answers nothing."""
        frame = Frame(self.topic, event, payload, join_ref=self.join_ref)
        await self._outlet.send(frame)

    async def system(self, status: str, message: str) -> None:
        """Send a message of the service itself."""
        body = {"extension": "system", "status": status, "message": message}
        await self.push("system", {**body, "channel": self.room.topic})

    async def say_closed(self) -> None:
        """Tell the client that the channel is closed."""
        ref = self.join_ref
        await self._outlet.send(Frame(self.topic, "phx_close", {}, ref, ref))
