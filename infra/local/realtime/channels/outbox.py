"""What waits to be sent to one client, so that a slow one keeps nobody else waiting."""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

LIMIT = 8 << 20  # bytes that may wait for one client

log = logging.getLogger("realtime")


class Outbox:
    """The bounded queue of one client.

    Args:
        socket: of the client.
        abort: ends its connection at once.
    """

    def __init__(
        self, socket: web.WebSocketResponse, abort: Callable[[], object]
    ) -> None:
        self._socket = socket
        self._abort = abort
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._waiting = 0
        self._lost = False

    def put(self, data: str | bytes) -> None:
        """Send after what waits; a client that reads too slowly is dropped.

        One message more than the limit is taken, so that a large one gets through.
        """
        if self._lost:
            return
        if self._waiting > LIMIT:
            self._lost = True
            log.warning("a client was dropped: %d bytes waited for it", self._waiting)
            self._abort()
            return
        self._waiting += len(data)
        self._queue.put_nowait(data)

    async def run(self) -> None:
        """Send what comes until cancelled, or until the client has gone."""
        try:
            while True:
                data = await self._queue.get()
                if isinstance(data, str):
                    await self._socket.send_str(data)
                else:
                    await self._socket.send_bytes(data)
                self._waiting -= len(data)
        except ConnectionError:
            self._lost = True
