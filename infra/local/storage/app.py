"""Serve Storage: `python -m infra.local.storage.app`, set up by the environment."""

import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aiohttp import web

from infra.local.pool import open_pool
from infra.local.realtime.access import Verifier
from infra.local.serving import health, serve

from . import downloading, signing, uploading
from .errors import error_responses
from .objects import Objects
from .service import SERVICE, Service
from .tokens import UrlTokens


def create_app(environment: Mapping[str, str]) -> web.Application:
    """Return Storage, configured by the environment.

    Raises:
        KeyError: an address, a key or a limit is missing.
    """
    pool = open_pool(environment["DATABASE_URL"])
    folder = Path(environment["FILE_STORAGE_BACKEND_PATH"])
    folder.mkdir(parents=True, exist_ok=True)
    service = Service(
        objects=Objects(pool),
        folder=folder,
        tokens=UrlTokens(environment["AUTH_JWT_SECRET"]),
        verifier=Verifier(environment["JWT_JWKS"]),
        max_bytes=int(environment["FILE_SIZE_LIMIT"]),
    )

    async def connections(_: web.Application) -> AsyncIterator[None]:
        async with pool:
            yield

    app = web.Application(
        middlewares=[error_responses], client_max_size=service.max_bytes + (1 << 20)
    )
    app[SERVICE] = service
    app.cleanup_ctx.append(connections)
    app.router.add_get("/health", health)
    for module in (signing, uploading, downloading):
        app.add_routes(module.routes)
    return app


if __name__ == "__main__":
    serve(create_app(os.environ), int(os.environ["PORT"]))
