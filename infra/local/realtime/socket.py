"""The route of the socket: one client, in the protocol version that it names."""

import asyncio
import logging
from contextlib import suppress

from aiohttp import WSMsgType, web

from .access import Claims, TokenRefused
from .channels import SERVICE, Connection, Outbox
from .protocol import FIRST_VERSION, SERIALIZERS

MAX_FRAME = 10 << 20  # bytes
routes = web.RouteTableDef()
log = logging.getLogger("realtime")


@routes.get("/socket/websocket")
async def websocket(request: web.Request) -> web.StreamResponse:
    """Serve one client over a socket."""
    service = request.app[SERVICE]
    token = request.headers.get("x-api-key") or request.query.get("apikey")
    if not token:
        return web.json_response({"error": "API key is missing"}, status=401)
    try:
        claims = service.verifier.verify(token)
    except TokenRefused as refusal:
        return web.json_response({"error": refusal.message}, status=401)
    socket = web.WebSocketResponse(
        max_msg_size=MAX_FRAME, compress=False, receive_timeout=service.idle_limit
    )
    await socket.prepare(request)
    await _serve(request, socket, claims)
    return socket


async def _serve(
    request: web.Request, socket: web.WebSocketResponse, claims: Claims
) -> None:
    """Serve frames until the client leaves, or has sent nothing for too long."""

    def abort() -> None:
        if request.transport:
            request.transport.abort()

    version = request.query.get("vsn", FIRST_VERSION)
    serializer = SERIALIZERS.get(version, SERIALIZERS[FIRST_VERSION])
    outbox = Outbox(socket, abort)
    connection = Connection(outbox, serializer, claims, request.app[SERVICE])
    writer = asyncio.create_task(outbox.run())
    try:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await connection.receive(message.data)
    except TimeoutError:
        log.warning("a client was dropped: it has sent no heartbeat")
        abort()
    finally:
        connection.end()
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
