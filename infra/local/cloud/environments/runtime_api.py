"""Serve the Lambda Runtime API to the process of one environment.

One port each, because the runtime's calls for a failed start carry no path prefix
that would tell environments apart.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from infra.local.locality import refuse_foreign

_PREFIX: Final = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Invocation:
    """One event on its way to a function.

    Attributes:
        id: the request id the function sees.
        event: JSON as bytes.
        arn: ARN of the function invoked.
        deadline: seconds since the epoch.
    """

    id: str
    event: bytes
    arn: str
    deadline: float

    def response(self) -> web.Response:
        """Return the response to `GET invocation/next`.

        The native client aborts when the content type is missing.
        """
        trace = f"1-{int(time.time()):08x}-{self.id.replace('-', '')[:24]}"
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.id,
            "Lambda-Runtime-Deadline-Ms": str(int(self.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
            "Lambda-Runtime-Trace-Id": (
                f"Root={trace};Parent=0000000000000001;Sampled=1"
            ),
        }
        return web.Response(body=self.event, headers=headers)


class Listener(Protocol):
    """Takes the reports of a function's process."""

    def on_ready(self) -> None:
        """The process has imported the function and asks for its first event."""

    def on_response(self, invocation_id: str, body: bytes) -> None:
        """The handler returned; `body` is its JSON."""

    def on_error(self, invocation_id: str | None, body: bytes) -> None:
        """The handler raised; without an id, the import failed."""


class RuntimeApi:
    """An HTTP server for exactly one function process."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._inbox: asyncio.Queue[Invocation] = asyncio.Queue()
        self._runner: web.ServerRunner | None = None
        self.address = ""

    async def open(self) -> None:
        """Listen on a free port; `address` is then `host:port`."""
        # The open request of a process that died must not keep its port open.
        server = web.Server(self._serve, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"

    async def close(self) -> None:
        """Stop listening and drop the open request of the process."""
        if self._runner is not None:
            await self._runner.cleanup()

    def send(self, invocation: Invocation) -> None:
        """Give the process its next event."""
        self._inbox.put_nowait(invocation)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if refusal := refuse_foreign(request):
            return refusal
        call = request.path.removeprefix(_PREFIX)
        if call == "invocation/next":
            self._listener.on_ready()
            return (await self._inbox.get()).response()
        body = await request.content.read()
        match call.split("/"):
            case ["invocation", invocation_id, "response"]:
                self._listener.on_response(invocation_id, body)
            case ["invocation", invocation_id, "error"]:
                self._listener.on_error(invocation_id, body)
            case ["init", "error"]:
                self._listener.on_error(None, body)
            case _:
                return web.Response(status=404)
        return web.Response(status=202, text='{"status":"OK"}')
