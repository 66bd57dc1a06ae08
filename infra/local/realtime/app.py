"""The application: the socket, broadcast by HTTP, and the database behind both."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiohttp import WSMsgType, web

from . import http
from .claims import TokenRefused, Verifier
from .connection import Connection, Service
from .database import keep_partitions, listen, open_pool
from .frames import SERIALIZERS
from .hub import Hub
from .policies import Policies

MAX_FRAME = 10 << 20  # bytes
FIRST_VERSION = "1.0.0"
routes = web.RouteTableDef()


def create_app(environment: Mapping[str, str]) -> web.Application:
    """Return Realtime, configured by `DATABASE_URL` and `API_JWT_JWKS`.

    Raises:
        KeyError: one of them is missing.
    """
    dsn = environment["DATABASE_URL"]
    verifier = Verifier(environment["API_JWT_JWKS"])
    pool = open_pool(dsn)
    hub = Hub()

    async def database(app: web.Application) -> AsyncIterator[None]:
        async with pool:
            tasks = [
                asyncio.create_task(listen(dsn, hub)),
                asyncio.create_task(keep_partitions(dsn)),
            ]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = web.Application(client_max_size=MAX_FRAME)
    app[http.SERVICE] = Service(hub, Policies(pool), verifier)
    app.cleanup_ctx.append(database)
    app.add_routes(routes)
    app.add_routes(http.routes)
    return app


@routes.get("/health")
async def health(request: web.Request) -> web.Response:
    """Say that the process serves."""
    return web.json_response({"status": "ok"})


@routes.get("/socket/websocket")
async def websocket(request: web.Request) -> web.StreamResponse:
    """Serve one client over a socket."""
    service = request.app[http.SERVICE]
    token = request.headers.get("x-api-key") or request.query.get("apikey")
    if not token:
        return web.json_response({"error": "API key is missing"}, status=401)
    try:
        claims = service.verifier.verify(token)
    except TokenRefused as refusal:
        return web.json_response({"error": refusal.message}, status=401)
    version = request.query.get("vsn", FIRST_VERSION)
    serializer = SERIALIZERS.get(version, SERIALIZERS[FIRST_VERSION])
    socket = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False)
    await socket.prepare(request)
    connection = Connection(socket, serializer, claims, service)
    try:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await connection.receive(message.data)
    finally:
        await connection.end()
    return socket
