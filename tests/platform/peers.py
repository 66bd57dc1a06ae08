"""A client of Realtime that sends and reads frames as they are, in version 2.0.0."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import aiohttp

PATIENCE = 30  # seconds


class Peer:
    """One socket, and what it has read and not yet returned."""

    def __init__(
        self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.session = session
        self.socket = socket
        self._refs = count(1)

    async def send(self, topic: str, event: str, payload: Any) -> str:
        """Send a frame and return its ref."""
        ref = str(next(self._refs))
        await self.socket.send_json(["1", ref, topic, event, payload])
        return ref

    async def ask(self, topic: str, event: str, payload: Any) -> Any:
        """Send a frame and return the payload of its reply."""
        ref = await self.send(topic, event, payload)
        while True:
            _, answered, _, replied, body = await self.frame()
            if replied == "phx_reply" and answered == ref:
                return body

    async def join(
        self, topic: str, config: Any = None, token: str | None = None
    ) -> Any:
        payload = {"config": config or {}, "access_token": token}
        return await self.ask(topic, "phx_join", payload)

    async def until(self, event: str) -> Any:
        """Return the payload of the next frame with an event."""
        while True:
            *_, got, payload = await self.frame()
            if got == event:
                return payload

    async def broadcast(self) -> Any:
        """Return the payload of the next broadcast that came as bytes."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            if message.type is aiohttp.WSMsgType.BINARY:
                return _payload(message.data)

    async def frame(self) -> list[Any]:
        """Return the next frame that is text."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE)
            assert message.type in {
                aiohttp.WSMsgType.TEXT,
                aiohttp.WSMsgType.BINARY,
            }, message
            if message.type is aiohttp.WSMsgType.TEXT:
                return message.json()

    async def missed(self, event: str) -> bool:
        """Whether no frame with an event came before the reply to a heartbeat."""
        ref = await self.send("phoenix", "heartbeat", {})
        while True:
            _, answered, _, got, _ = await self.frame()
            if got == event:
                return False
            if got == "phx_reply" and answered == ref:
                return True


@asynccontextmanager
async def peer(platform: Any, base: str | None = None) -> AsyncIterator[Peer]:
    """Connect through the gateway, or straight to a service at a base URL."""
    if base:
        key, path = platform.keys.role_token("anon"), f"{base}/socket/websocket"
    else:
        key = platform.keys.publishable
        path = f"{platform.url}/realtime/v1/websocket"
    url = f"{path}?apikey={key}&vsn=2.0.0"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        yield Peer(session, socket)


def _payload(data: bytes) -> Any:
    """Return the payload of a broadcast in bytes: kind, three lengths, encoding ..."""
    assert data[0] == 4
    start = 5 + sum(data[1:4])
    return json.loads(data[start:]) if data[4] else data[start:]
