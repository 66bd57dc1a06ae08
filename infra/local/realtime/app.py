"""The application: the socket, broadcast by HTTP, and the database behind both."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from . import broadcasting, socket
from .database import keep_partitions, listen
from .service import SERVICE, create_service

MAX_BODY = 10 << 20  # bytes


def create_app(environment: Mapping[str, str]) -> web.Application:
    """Return Realtime, configured by `DATABASE_URL` and `API_JWT_JWKS`.

    Raises:
        KeyError: one of them is missing.
    """
    dsn = environment["DATABASE_URL"]
    service, pool = create_service(dsn, environment["API_JWT_JWKS"])

    async def database(app: web.Application) -> AsyncIterator[None]:
        async with pool:
            tasks = [
                asyncio.create_task(listen(dsn, service.hub)),
                asyncio.create_task(keep_partitions(dsn)),
            ]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = web.Application(client_max_size=MAX_BODY)
    app[SERVICE] = service
    app.cleanup_ctx.append(database)
    app.router.add_get("/health", _health)
    app.add_routes(broadcasting.routes)
    app.add_routes(socket.routes)
    return app


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})
