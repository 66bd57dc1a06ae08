"""Lambda's Invoke API, and `make tick`."""

import asyncio
import logging
from typing import Final

from aiohttp import web

from infra.local.cloud.environments import FunctionError
from infra.local.cloud.http_api import Invoke, read_body
from infra.local.cloud.template import Template

INVOKE: Final = "/2015-03-31/functions/"
TICK: Final = "/.local/tick/"
HEALTH: Final = "/.local/health"

log = logging.getLogger(__name__)


class Control:
    """Invokes functions by name: for boto3, and for `make tick`."""

    def __init__(self, template: Template, invoke: Invoke) -> None:
        self._functions = frozenset(template.functions)
        with_routes = {function.name for function, _ in template.events_of("HttpApi")}
        self._workers = [
            name.removesuffix("Function")
            for name in template.functions
            if name not in with_routes
        ]
        self._invoke = invoke
        self._background: set[asyncio.Task[None]] = set()

    async def invoke(self, request: web.BaseRequest) -> web.Response:
        """`POST /2015-03-31/functions/NAME/invocations`, by name or by ARN.

        There is one version of a function here, so an alias makes no difference.
        """
        if request.method != "POST":
            return _method_not_allowed()
        name = _named(request.path.removeprefix(INVOKE).partition("/")[0])
        if name not in self._functions:
            headers = {"x-amzn-errortype": "ResourceNotFoundException"}
            message = {"Message": f"Function not found: {name}"}
            return web.json_response(message, status=404, headers=headers)
        event = await read_body(request)
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if event is None:
            return web.Response(status=413)
        if kind == "Event":
            self._later(name, event or b"{}")
            return web.Response(status=202)
        return await self._now(name, event or b"{}")

    async def tick(self, request: web.BaseRequest) -> web.Response:
        """`POST /.local/tick/NAME`: run a worker now and return its result."""
        if request.method != "POST":
            return _method_not_allowed()
        name = request.path.removeprefix(TICK)
        if name not in self._workers:
            workers = ", ".join(self._workers)
            message = f"There is no worker {name}; the template has {workers}."
            return web.json_response({"message": message}, status=404)
        try:
            result = await self._invoke(f"{name}Function", b"{}")
        except FunctionError as error:
            return web.Response(
                status=502, body=error.payload, content_type="application/json"
            )
        return web.Response(body=result, content_type="application/json")

    async def health(self, _: web.BaseRequest) -> web.Response:
        """`GET /.local/health`: the gateway serves."""
        return web.json_response({"functions": len(self._functions)})

    async def _now(self, name: str, event: bytes) -> web.Response:
        try:
            result, headers = await self._invoke(name, event), {}
        except FunctionError as error:
            result, headers = error.payload, {"X-Amz-Function-Error": "Unhandled"}
        headers["X-Amz-Executed-Version"] = "$LATEST"
        return web.Response(
            body=result, headers=headers, content_type="application/json"
        )

    def _later(self, name: str, event: bytes) -> None:
        task = asyncio.create_task(self._quietly(name, event))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _quietly(self, name: str, event: bytes) -> None:
        try:
            await self._invoke(name, event)
        except FunctionError as error:
            log.error("%s failed: %s", name, error)  # noqa: TRY400 (not ours)


def _method_not_allowed() -> web.Response:
    return web.Response(status=405, headers={"Allow": "POST"})


def _named(function: str) -> str:
    """Return the name in `NAME`, `NAME:alias`, or an ARN with or without an alias."""
    return (function.partition(":function:")[2] or function).partition(":")[0]
