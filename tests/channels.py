"""Realtime with supabase-py: a socket as somebody, and joining its channels."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from realtime import AsyncRealtimeClient

PRIVATE = {"config": {"private": True}}
PATIENCE = 30  # seconds


@asynccontextmanager
async def connected(
    url: str, key: str, token: str | None = None
) -> AsyncIterator[AsyncRealtimeClient]:
    """Open a socket of the Supabase at a URL, signed in when there is a token."""
    socket = AsyncRealtimeClient(f"{url}/realtime/v1", key, auto_reconnect=False)
    await socket.connect()
    if token:
        await socket.set_auth(token)
    try:
        yield socket
    finally:
        await socket.close()


async def subscribe(channel: Any) -> tuple[str, str]:
    """Subscribe, and return the state that the server answers and its reason."""
    answer = asyncio.get_running_loop().create_future()

    def on_state(state: Any, error: Exception | None) -> None:
        if not answer.done():
            answer.set_result((state.value, str(error or "")))

    await channel.subscribe(on_state)
    return await asyncio.wait_for(answer, PATIENCE)
