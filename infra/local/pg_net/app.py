"""Run the worker: `python -m infra.local.pg_net.app`, configured by the environment."""

import asyncio
import logging
import os
import signal
from contextlib import suppress

from aiohttp import web

from infra.local.serving import LOG_FORMAT, health

from .worker import work


async def _serve(dsn: str, port: int) -> None:
    app = web.Application()
    app.router.add_get("/health", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    working = asyncio.create_task(work(dsn))
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, working.cancel)
    with suppress(asyncio.CancelledError):
        await working
    await runner.cleanup()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    asyncio.run(_serve(os.environ["DATABASE_URL"], int(os.environ["PORT"])))
