"""Serve one socket: its client's requests, and the channels it has joined."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from infra.local.realtime.access import Claims, TokenRefused

from .channel import Channel
from .frames import Broadcast, Frame, Serializer
from .joining import NO_PERMISSION, OPAQUE, JoinRefused, Service, admitted

NO_CHANGES = "Changes of tables are not offered here; broadcast from the database."


class Connection:
    """Serves one client."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        serializer: Serializer,
        claims: Claims,
        service: Service,
    ) -> None:
        self._socket = socket
        self._serializer = serializer
        self._claims = claims
        self._service = service
        self._channels: dict[str, Channel] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, frame: Frame) -> None:
        """Send a frame; a client that has gone misses it."""
        with suppress(ConnectionError):
            await self._socket.send_str(self._serializer.write(frame))

    async def send_broadcast(self, topic: str, message: Broadcast) -> None:
        """Send a broadcast in the form of the client's version."""
        data = self._serializer.broadcast(topic, message)
        with suppress(ConnectionError):
            if isinstance(data, str):
                await self._socket.send_str(data)
            elif isinstance(data, bytes):
                await self._socket.send_bytes(data)

    async def receive(self, data: str | bytes) -> None:
        """Serve one frame; what cannot be read is dropped."""
        try:
            frame = self._serializer.read(data)
        except (ValueError, KeyError, TypeError):
            return
        if frame.event == "heartbeat":
            await self._reply(frame, "ok", {})
        elif frame.event == "phx_join":
            await self._join(frame)
        elif channel := self._channels.get(frame.topic):
            await self._serve(channel, frame)
        elif frame.event == "phx_leave":
            await self._reply(frame, "ok", {})
        else:
            await self._reply(frame, "error", {"reason": "unmatched topic"})

    async def end(self) -> None:
        """Leave every channel."""
        for channel in list(self._channels.values()):
            await self._drop(channel)

    async def _join(self, frame: Frame) -> None:
        try:
            channel = await admitted(frame, self._claims, self, self._service)
        except JoinRefused as refusal:
            await self._reply(frame, "error", {"reason": str(refusal)})
            return
        except TokenRefused as refusal:
            reason = f"{refusal.code}: {refusal.message}"
            await self._reply(frame, "error", {"reason": reason})
            return
        if old := self._channels.get(frame.topic):
            await self._drop(old)
            await old.close()
        self._channels[frame.topic] = channel
        channel.expire_with(self._expire)
        await self._reply(frame, "ok", {"postgres_changes": []})
        await channel.enter(self._service.hub)
        if channel.config.postgres_changes:
            await channel.system("error", NO_CHANGES)

    async def _serve(self, channel: Channel, frame: Frame) -> None:
        handlers: dict[str, Callable[[Channel, Frame], Awaitable[None]]] = {
            "phx_leave": self._leave,
            "access_token": self._set_token,
            "broadcast": self._broadcast,
            "presence": self._presence,
        }
        if handler := handlers.get(frame.event):
            await handler(channel, frame)

    async def _leave(self, channel: Channel, frame: Frame) -> None:
        await self._drop(channel)
        await self._reply(frame, "ok", {})
        await channel.close()

    async def _set_token(self, channel: Channel, frame: Frame) -> None:
        """Set a new token; there is no reply, only the end if it is refused."""
        token = (frame.payload or {}).get("access_token") or ""
        unchanged = channel.claims and channel.claims.token == token
        if not token or token.startswith(OPAQUE) or unchanged:
            return
        try:
            claims = self._service.verifier.verify(token)
        except TokenRefused as refusal:
            await self._shut(channel, refusal.message)
            return
        if await channel.admit(claims, self._service.policies):
            channel.expire_with(self._expire)
            return
        await self._shut(channel, f"{NO_PERMISSION}: {channel.room.topic}")

    async def _broadcast(self, channel: Channel, frame: Frame) -> None:
        """Send to the others; without the right to, there is not even a reply."""
        if not await channel.may_send("broadcast", self._service.policies):
            return
        body: dict[str, Any] = frame.payload or {}
        message = Broadcast(
            str(body.get("event", "")), body.get("payload"), None, frame.in_bytes
        )
        skip = None if channel.config.to_self else channel
        await self._service.hub.send(channel.room, message, skip)
        if channel.config.acknowledge:
            await self._reply(frame, "ok", {})

    async def _presence(self, channel: Channel, frame: Frame) -> None:
        body: dict[str, Any] = frame.payload or {}
        if not await channel.may_send("presence", self._service.policies):
            await self._reply(frame, "error", {})
            return
        await self._reply(frame, "ok", {})
        if str(body.get("event")).lower() == "track":
            channel.receive_presence()
            meta = body.get("payload") or {}
            await self._service.hub.track(channel.room, channel, meta)
        else:
            await self._service.hub.untrack(channel.room, channel)

    def _expire(self, channel: Channel) -> None:
        task = asyncio.create_task(
            self._shut(channel, "Token has expired 0 seconds ago")
        )
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _shut(self, channel: Channel, reason: str) -> None:
        await channel.system("error", reason)
        await self._drop(channel)
        await channel.close()

    async def _drop(self, channel: Channel) -> None:
        channel.cancel_expiry()
        if self._channels.get(channel.topic) is channel:
            del self._channels[channel.topic]
        await self._service.hub.leave(channel.room, channel)

    async def _reply(self, frame: Frame, status: str, response: object) -> None:
        join_ref = frame.join_ref
        body = {"status": status, "response": response}
        await self.send(Frame(frame.topic, "phx_reply", body, frame.ref, join_ref))
