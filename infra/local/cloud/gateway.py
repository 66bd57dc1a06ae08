"""Serve the functions of a template in one event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiohttp import web

from infra.local.locality import refuse_foreign

from .environments import Launch, Pool
from .event_sources import Schedule
from .http_api import Cors, HttpApi, Integration, RouteTable
from .template import Template

Serve = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class Gateway:
    """The functions of a template, their HTTP API and their schedules.

    Args:
        template: what to run.
        launch: how the functions' processes are started.
    """

    def __init__(self, template: Template, launch: Launch) -> None:
        self.template = template
        self._pools = {
            name: Pool(function, launch)
            for name, function in template.functions.items()
        }
        integration = Integration(template.account, self.invoke)
        self._api = HttpApi(RouteTable.of(template), Cors.of(template), integration)
        self._mounted: dict[str, Serve] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.ServerRunner | None = None

    async def invoke(self, name: str, event: bytes) -> bytes:
        """Run one function of the template, by logical id.

        Raises:
            FunctionError: it failed.
        """
        return await self._pools[name].invoke(event)

    def mount(self, prefix: str, serve: Serve) -> None:
        """Serve paths with a prefix by something else than the HTTP API.

        For this machine alone: unlike the HTTP API, nothing of it has keys.
        """
        self._mounted[prefix] = serve

    def keep_running(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something, a poller for instance, until the gateway stops."""
        self._tasks.append(asyncio.create_task(work))

    def reload(self) -> None:
        """Import functions anew at their next event."""
        for pool in self._pools.values():
            pool.retire()

    async def start(self, port: int) -> int:
        """Listen on the loopback address; 0 takes a free port, which is returned.

        Raises:
            OSError: the port is taken.
        """
        # Compressed bodies reach the function as they came.
        server = web.Server(self._serve, access_log=None, auto_decompress=False)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        for function, event in self.template.events_of("ScheduleV2"):
            self.keep_running(Schedule(function, event, self.invoke).run())
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """End every task, connection and function process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        for prefix, serve in self._mounted.items():
            if request.path.startswith(prefix):
                return refuse_foreign(request) or await serve(request)
        return await self._api.serve(request)
