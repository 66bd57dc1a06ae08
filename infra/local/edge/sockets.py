"""Pass on a WebSocket: frames of either side go to the other as they are."""

import asyncio

from aiohttp import (
    ClientSession,
    ClientWebSocketResponse,
    WSMsgType,
    WSServerHandshakeError,
    web,
)

Socket = web.WebSocketResponse | ClientWebSocketResponse
MAX_FRAME = 16 << 20  # bytes; the service takes less, and is the one to refuse
CLOSING = 5.0  # seconds that saying goodbye may take
STALLED = 60.0  # seconds in which a side must take a frame
CLOSED, GONE = 1000, 1011
NOT_SENT = {1005, 1006, 1015}  # codes that stand for the lack of one


async def pass_on_socket(
    session: ClientSession, request: web.Request, target: str, token: str
) -> web.StreamResponse:
    """Join the caller's socket to the service's, under the key's role token.

    A side that takes nothing for a minute is let go, and the other side with it.
    """
    query = {**request.query, "apikey": token}
    try:
        upstream = await session.ws_connect(
            target, params=query, max_msg_size=MAX_FRAME
        )
    except WSServerHandshakeError as refusal:
        return web.json_response({"error": refusal.message}, status=refusal.status)
    async with upstream:
        caller = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False)
        await caller.prepare(request)
        ways = [_pump(caller, upstream), _pump(upstream, caller)]
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(CLOSING):
                await caller.close(code=_code(upstream))
        except TimeoutError:
            if request.transport:
                request.transport.abort()
        return caller


async def _pump(source: Socket, sink: Socket) -> None:
    async for message in source:
        async with asyncio.timeout(STALLED):
            if message.type is WSMsgType.TEXT:
                await sink.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await sink.send_bytes(message.data)


def _code(upstream: ClientWebSocketResponse) -> int:
    """Return the code to close with: the service's own, if it is one to send."""
    code = upstream.close_code or CLOSED
    return GONE if code in NOT_SENT else code
