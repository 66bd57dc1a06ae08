"""Serve Auth: `python -m infra.local.auth.app`, configured by the environment."""

import os
from collections.abc import AsyncIterator

from aiohttp import web

from infra.local.serving import serve

from .errors import error_responses
from .routes import account, admin, inviting, mailed, public
from .service import SERVICE, Service
from .settings import Settings

MAX_BODY = 1 << 20  # bytes


def create_app(settings: Settings) -> web.Application:
    """Return the application; it opens its connections when it starts."""
    app = web.Application(middlewares=[error_responses], client_max_size=MAX_BODY)
    app[SERVICE] = Service.create(settings)
    app.cleanup_ctx.append(_connections)
    for module in (public, mailed, account, admin, inviting):
        app.add_routes(module.routes)
    return app


async def _connections(app: web.Application) -> AsyncIterator[None]:
    app[SERVICE].mailbox.empty()
    async with app[SERVICE].pool:
        yield


if __name__ == "__main__":
    serve(create_app(Settings.load(os.environ)), int(os.environ["PORT"]))
