"""Serve Realtime: `python -m infra.local.realtime.app`, set up by the environment."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from infra.local.pool import open_pool
from infra.local.serving import health, serve

from . import broadcasting, socket
from .access import Policies, Verifier
from .channels import SERVICE, Hub, Service
from .database import keep_partitions, listen

MAX_BODY = 10 << 20  # bytes
IDLE_LIMIT = "60"  # seconds, as on the platform


def create_app(environment: Mapping[str, str]) -> web.Application:
    """Return Realtime, configured by `DATABASE_URL`, `API_JWT_JWKS` and `IDLE_LIMIT`.

    Raises:
        KeyError: one of the first two is missing.
    """
    dsn = environment["DATABASE_URL"]
    pool = open_pool(dsn)
    verifier = Verifier(environment["API_JWT_JWKS"])
    idle_limit = float(environment.get("IDLE_LIMIT", IDLE_LIMIT))
    service = Service(Hub(), Policies(pool), verifier, idle_limit)

    async def database(app: web.Application) -> AsyncIterator[None]:
        async with pool:
            tasks = [
                asyncio.create_task(listen(dsn, service)),
                asyncio.create_task(keep_partitions(dsn)),
            ]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = web.Application(client_max_size=MAX_BODY)
    app[SERVICE] = service
    app.cleanup_ctx.append(database)
    app.router.add_get("/health", health)
    app.add_routes(broadcasting.routes)
    app.add_routes(socket.routes)
    return app


if __name__ == "__main__":
    serve(create_app(os.environ), int(os.environ["PORT"]))
