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
MAX_FRAME = (
    16 << 20
)  # bytes; more than the service takes, so that it is the one to refuse
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
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        if any(isinstance(end, TimeoutError) for end in ends) and request.transport:
            request.transport.abort()
        await caller.close()
        return caller


async def _pump(source: Socket, sink: Socket) -> None:
    async for message in source:
        async with asyncio.timeout(STALLED):
            if message.type is WSMsgType.TEXT:
                await sink.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await sink.send_bytes(message.data)
    code = source.close_code or CLOSED
    await sink.close(code=GONE if code in NOT_SENT else code)
