"""Serve one socket: its client's requests, and the channels it has joined."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from infra.local.realtime.access import Claims, TokenRefused
from infra.local.realtime.protocol import Broadcast, Frame, Serializer

from .channel import Channel
from .hub import TooLarge
from .joining import NO_PERMISSION, JoinRefused, Service, admitted, token_of
from .outbox import Outbox
from .sending import change_presence, send_broadcast

NO_CHANGES = "Changes of tables are not offered here; broadcast from the database."
READY = "Replication connection established"
NOT_READY = "Replication connection was not established in time"
READY_LIMIT = 10.0  # seconds

log = logging.getLogger("realtime")


class Connection:
    """Serves one client; whatever a frame of it does is that frame's failure only."""

    def __init__(
        self, outbox: Outbox, serializer: Serializer, claims: Claims, service: Service
    ) -> None:
        self._outbox = outbox
        self._serializer = serializer
        self._claims = claims
        self._service = service
        self._channels: dict[str, Channel] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, frame: Frame) -> None:
        """Send a frame; a client that has gone misses it."""
        self._outbox.put(self._serializer.write(frame))

    def send_broadcast(self, topic: str, message: Broadcast) -> None:
        """Send a broadcast in the form of the client's version.

        Raises:
            ValueError: this version has no place for it.
        """
        data = self._serializer.broadcast(topic, message)
        if data is not None:
            self._outbox.put(data)

    async def receive(self, data: str | bytes) -> None:
        """Serve one frame; what cannot be read is dropped."""
        try:
            frame = self._serializer.read(data)
        except ValueError as error:
            log.warning("a frame was dropped: %s", error)
            return
        try:
            await self._serve(frame)
        except Exception:
            log.exception("a frame was not served")
            self._reply(frame, "error", {"reason": "Unknown Error on Channel"})

    def end(self) -> None:
        """Leave every channel."""
        for task in self._tasks:
            task.cancel()
        for channel in list(self._channels.values()):
            self._drop(channel)

    async def _serve(self, frame: Frame) -> None:
        handlers: dict[str, Callable[[Channel, Frame], Awaitable[None]]] = {
            "phx_leave": self._leave,
            "access_token": self._set_token,
            "broadcast": self._broadcast,
            "presence": self._presence,
        }
        if frame.event == "heartbeat":
            self._reply(frame, "ok", {})
        elif frame.event == "phx_join":
            await self._join(frame)
        elif channel := self._channels.get(frame.topic):
            if handler := handlers.get(frame.event):
                await handler(channel, frame)
        elif frame.event == "phx_leave":
            self._reply(frame, "ok", {})
        else:
            self._reply(frame, "error", {"reason": "unmatched topic"})

    async def _join(self, frame: Frame) -> None:
        try:
            channel = await admitted(frame, self._claims, self, self._service)
        except JoinRefused as refusal:
            self._reply(frame, "error", {"reason": str(refusal)})
            return
        except TokenRefused as refusal:
            reason = f"{refusal.code}: {refusal.message}"
            self._reply(frame, "error", {"reason": reason})
            return
        if old := self._channels.get(frame.topic):
            self._drop(old)
            old.close()
        self._channels[frame.topic] = channel
        channel.expire_with(self._expire)
        self._reply(frame, "ok", {"postgres_changes": []})
        channel.enter(self._service.hub)
        if channel.config.postgres_changes:
            channel.system("error", NO_CHANGES)
        if channel.config.replication_ready:
            self._later(self._announce_ready(channel))

    async def _announce_ready(self, channel: Channel) -> None:
        """Send that from now on no row of the database is missed."""
        try:
            async with asyncio.timeout(READY_LIMIT):
                await self._service.listening.wait()
        except TimeoutError:
            self._shut(channel, NOT_READY)
        else:
            channel.system("ok", READY)

    async def _leave(self, channel: Channel, frame: Frame) -> None:
        self._drop(channel)
        self._reply(frame, "ok", {})
        channel.close()

    async def _set_token(self, channel: Channel, frame: Frame) -> None:
        """Set a new token; there is no reply, only the end if it is refused."""
        token = token_of(frame)
        unchanged = channel.claims and channel.claims.token == token
        if not token or unchanged:
            return
        try:
            claims = self._service.verifier.verify(token)
        except TokenRefused as refusal:
            self._shut(channel, refusal.message)
            return
        if await channel.admit(claims, self._service.policies):
            channel.expire_with(self._expire)
            return
        self._shut(channel, f"{NO_PERMISSION}: {channel.room.topic}")

    async def _broadcast(self, channel: Channel, frame: Frame) -> None:
        reply = partial(self._reply, frame)
        await send_broadcast(channel, frame, self._service, reply)

    async def _presence(self, channel: Channel, frame: Frame) -> None:
        reply = partial(self._reply, frame)
        try:
            await change_presence(channel, frame, self._service, reply)
        except TooLarge:
            self._shut(channel, "Track message size exceeded")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _expire(self, channel: Channel) -> None:
        self._shut(channel, "Token has expired 0 seconds ago")

    def _shut(self, channel: Channel, reason: str) -> None:
        channel.system("error", reason)
        self._drop(channel)
        channel.close()

    def _drop(self, channel: Channel) -> None:
        channel.cancel_expiry()
        if self._channels.get(channel.topic) is channel:
            del self._channels[channel.topic]
        self._service.hub.leave(channel.room, channel)

    def _reply(self, frame: Frame, status: str, response: object) -> None:
        join_ref = frame.join_ref
        body = {"status": status, "response": response}
        self.send(Frame(frame.topic, "phx_reply", body, frame.ref, join_ref))
