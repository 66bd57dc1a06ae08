"""Serve Auth, REST and Realtime at one address: `python -m infra.local.edge.app`."""

import os
from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientError, ClientSession, web

from infra.local.serving import health, serve

from .keys import ApiKeys, KeyRefused
from .proxy import CORS, expectation, open_session, pass_on
from .sockets import pass_on_socket

MAX_BODY = 64 << 20  # bytes
PREFLIGHT: dict[str, str] = {
    **CORS,
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS",
    "Access-Control-Max-Age": "3600",
}
# What browsers open without a key: of an email's link, for instance.
OPEN_PATHS = ("/auth/v1/.well-known/", "/auth/v1/verify")
SESSION = web.AppKey("session", ClientSession)


class Gateway:
    """Checks the API key of a request, then passes it on to the service of its path."""

    def __init__(self, keys: ApiKeys, services: Mapping[str, str]) -> None:
        self._keys = keys
        self._services = services

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve any request."""
        if request.method == "OPTIONS" and "Origin" in request.headers:
            return web.Response(headers=PREFLIGHT)
        raw_path = request.rel_url.raw_path
        for prefix, service in self._services.items():
            if raw_path.startswith(f"{prefix}/") or raw_path == prefix:
                return await self._guarded(request, prefix, service)
        body = {"message": "no Route matched with those values"}
        return web.json_response(body, status=404, headers=CORS)

    async def _guarded(
        self, request: web.Request, prefix: str, service: str
    ) -> web.StreamResponse:
        try:
            return await self._serve(request, prefix, service)
        except KeyRefused as refusal:
            body = {"message": refusal.message, "hint": refusal.hint}
            return web.json_response(body, status=401, headers=CORS)
        except ClientError:
            text = "The upstream server is currently unavailable"
            body = {"message": text}
            return web.json_response(body, status=503, headers=CORS)

    async def _serve(
        self, request: web.Request, prefix: str, service: str
    ) -> web.StreamResponse:
        session = request.app[SESSION]
        header = request.headers.get("Authorization", "")
        target = service + request.rel_url.raw_path_qs.removeprefix(prefix)
        if request.rel_url.raw_path.startswith(OPEN_PATHS):
            return await pass_on(session, request, target, header)
        key = request.headers.get("apikey") or request.query.get("apikey", "")
        self._keys.check(key, request.headers.get("User-Agent", ""))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            address = f"{service}/socket/websocket"
            token = self._keys.tokens[key]
            return await pass_on_socket(session, request, address, token)
        if prefix == "/rest/v1" and (refusal := self._refusal(request, key)):
            return refusal
        authorization = self._keys.authorization(key, header)
        return await pass_on(session, request, target, authorization)

    def _refusal(self, request: web.Request, key: str) -> web.Response | None:
        """Refuse the description of the schema without a secret key, as hosted."""
        path = request.rel_url.raw_path.removeprefix("/rest/v1")
        if path not in {"", "/"} or key in self._keys.privileged:
            return None
        hint = "Accessing the schema via the Data API needs a secret API key."
        body = {"message": "Access to schema is forbidden", "hint": hint}
        return web.json_response(body, status=401, headers=CORS)


def create_app(environment: Mapping[str, str]) -> web.Application:
    """Return the gateway, configured by the environment.

    Raises:
        KeyError: a key or the address of a service is missing.
    """
    services = {
        "/rest/v1": environment["REST_URL"],
        "/auth/v1": environment["AUTH_URL"],
        "/realtime/v1": environment["REALTIME_URL"],
    }
    gateway = Gateway(ApiKeys.load(environment), services)
    app = web.Application(client_max_size=MAX_BODY)
    app.cleanup_ctx.append(_session)
    app.router.add_get("/health", health)
    app.router.add_route("*", "/{path:.*}", gateway.handle, expect_handler=expectation)
    return app


async def _session(app: web.Application) -> AsyncIterator[None]:
    app[SESSION] = open_session()
    yield
    await app[SESSION].close()


if __name__ == "__main__":
    serve(create_app(os.environ), int(os.environ["PORT"]))
