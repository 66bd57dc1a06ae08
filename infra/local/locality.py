"""Refuse what a foreign page sends to a local server.

A browser lets every page send requests to the loopback address, and a name of the
page's own may point there (DNS rebinding). What has no key of its own asks this first.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

_LOCAL = r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?"
_LOCAL_HOST = re.compile(_LOCAL)
_LOCAL_ORIGIN = re.compile(f"https?://{_LOCAL}")
_WSGI_NAMES = {
    name: f"HTTP_{name.upper().replace('-', '_')}"
    for name in ("Host", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")
}
REFUSED = "This is for programs and pages of this machine alone."

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def is_foreign(method: str, headers: Mapping[str, str]) -> bool:
    """Say whether a request names another host, or comes from a page of one.

    A link from elsewhere to a page of ours is not foreign.
    """
    if not _LOCAL_HOST.fullmatch(headers.get("Host", "")):
        return True
    if (origin := headers.get("Origin")) is not None:
        return not _LOCAL_ORIGIN.fullmatch(origin)
    cross_site = headers.get("Sec-Fetch-Site") == "cross-site"
    followed = method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate"
    return cross_site and not followed


def refuse_foreign(request: web.BaseRequest) -> web.Response | None:
    """Return the response to a foreign request, or None for one of this machine."""
    if is_foreign(request.method, request.headers):
        return web.json_response({"message": REFUSED}, status=403)
    return None


def local_wsgi(app: Wsgi) -> Wsgi:
    """Return a WSGI application that refuses foreign requests."""

    def guarded(
        environment: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        headers = {
            name: environment[key]
            for name, key in _WSGI_NAMES.items()
            if key in environment
        }
        if is_foreign(environment["REQUEST_METHOD"], headers):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [REFUSED.encode()]
        return app(environment, start_response)

    return guarded
