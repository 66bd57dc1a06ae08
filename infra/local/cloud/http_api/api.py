"""Serve the HTTP API in front of the functions."""

from typing import Final

from aiohttp import web

from .cors import Cors
from .integration import Integration, refusal
from .routes import RouteTable

BODY_LIMIT: Final = 10 * 1024 * 1024
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpApi:
    """Serves every `HttpApi` event of a template."""

    def __init__(
        self, routes: RouteTable, cors: Cors, integration: Integration
    ) -> None:
        self._routes = routes
        self._cors = cors
        self._integration = integration

    async def serve(self, request: web.BaseRequest) -> web.Response:
        """Return the response to one request, as API Gateway would."""
        if preflight := self._cors.preflight(request):
            return preflight
        response = await self._answer(request)
        self._cors.apply(request, response)
        return response

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        matched = self._routes.match(request.method, request.raw_path.partition("?")[0])
        if matched is None:
            return refusal(404, "Not Found")
        body = await read_body(request)
        if body is None:
            return refusal(413, "Request Entity Too Large")
        return await self._integration.call(request, body, matched)


async def read_body(request: web.BaseRequest) -> bytes | None:
    """Return the body of a request; None when it is larger than API Gateway takes."""
    if not request.body_exists:
        return b""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    if (
        request.headers.get("Expect", "").lower() == "100-continue"
        and request.transport
    ):
        request.transport.write(_CONTINUE)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
