"""Run the HTTP application of a stand-in as a service of the stack."""

import logging

from aiohttp import web

LOG_FORMAT = "%(name)s: %(message)s"
STOP_LIMIT = 1.0  # seconds that open sockets and requests get at the end


def serve(app: web.Application, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; only what goes wrong is logged."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        print=None,
        access_log=None,
        shutdown_timeout=STOP_LIMIT,
    )


async def health(_: web.Request) -> web.Response:
    """`GET /health`: the service serves."""
    return web.json_response({"status": "ok"})
