"""The application: the routes and what they work with."""

from collections.abc import AsyncIterator

from aiohttp import web

from .desk import DESK, Desk
from .problems import problems
from .routes import TABLES
from .settings import Settings

MAX_BODY = 1 << 20  # bytes


def create_app(settings: Settings) -> web.Application:
    """Return the application; it opens its connections when it starts."""
    app = web.Application(middlewares=[problems], client_max_size=MAX_BODY)
    app[DESK] = Desk.furnish(settings)
    app.cleanup_ctx.append(_connections)
    for routes in TABLES:
        app.add_routes(routes)
    return app


async def _connections(app: web.Application) -> AsyncIterator[None]:
    async with app[DESK].pool:
        yield
