"""Serving an application of ours as a part of the stack."""

from aiohttp import web

GRACE = 1.0  # seconds that open sockets and requests get at the end


def serve(app: web.Application, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT, quietly."""
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        print=None,
        access_log=None,
        shutdown_timeout=GRACE,
    )
