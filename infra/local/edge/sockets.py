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
MAX_FRAME = 10 << 20  # bytes


async def pass_on_socket(
    session: ClientSession, request: web.Request, target: str, token: str
) -> web.StreamResponse:
    """Join the caller's socket to the service's, under the key's role token."""
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
        await caller.close()
        return caller


async def _pump(source: Socket, sink: Socket) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await sink.send_bytes(message.data)
    await sink.close(code=source.close_code or 1000)
