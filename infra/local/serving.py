"""Run the HTTP application of a stand-in as a service of the stack."""

import asyncio
import logging
import signal

from aiohttp import web

LOG_FORMAT = "%(name)s: %(message)s"
STOP_LIMIT = 1.0  # seconds that open sockets and requests get at the end


def serve(app: web.Application, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; only what goes wrong is logged."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    asyncio.run(_serve(app, port))


async def health(_: web.Request) -> web.Response:
    """`GET /health`: the service serves."""
    return web.json_response({"status": "ok"})


async def _serve(app: web.Application, port: int) -> None:
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    # Compressed bodies are passed on or refused as they came.
    runner = web.AppRunner(
        app, access_log=None, auto_decompress=False, shutdown_timeout=STOP_LIMIT
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await stopped.wait()
    finally:
        await runner.cleanup()
