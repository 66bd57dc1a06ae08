"""Invoke the function behind a route, and turn its result into an HTTP response."""

import base64
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from multidict import CIMultiDict

from infra.local.cloud.environments import FunctionError
from infra.local.cloud.template import AwsAccount

from .payload import Matched, event_of

Invoke = Callable[[str, bytes], Awaitable[bytes]]

EVENT_LIMIT: Final = 6 * 1024 * 1024
_STATUSES: Final = range(200, 600)
_NOT_RETURNED: Final = frozenset({"connection", "content-length", "transfer-encoding"})

log = logging.getLogger(__name__)


class Integration:
    """Runs the function behind a route.

    Args:
        account: named in the events.
        invoke: runs the named function with an event.
    """

    def __init__(self, account: AwsAccount, invoke: Invoke) -> None:
        self._account = account
        self._invoke = invoke

    async def call(
        self, request: web.BaseRequest, body: bytes, matched: Matched
    ) -> web.Response:
        """Return the function's response, or what API Gateway sends in its place."""
        event = event_of(request, body, self._account, matched)
        if len(event) > EVENT_LIMIT:
            return refusal(413, "Request Entity Too Large")
        function = matched[0].function
        try:
            return _response(await self._invoke(function, event))
        except (FunctionError, ValueError, TypeError, AttributeError) as error:
            log.error("%s failed: %s", function, error)  # noqa: TRY400 (not ours)
            return refusal(500, "Internal Server Error")


def refusal(status: int, message: str) -> web.Response:
    """Return a response of the gateway itself, worded as API Gateway does."""
    body = json.dumps({"message": message}, separators=(",", ":"))
    return web.Response(status=status, text=body, content_type="application/json")


def _response(payload: bytes) -> web.Response:
    """Return the HTTP response that a result of payload format 2.0 describes.

    Without a `statusCode` the whole result is the body of a 200.

    Raises:
        ValueError: it is no JSON, or its status or a header is none.
        TypeError: something in it has the wrong type.
        AttributeError: its headers are no object.
    """
    result = json.loads(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result)
        return web.Response(text=text, content_type="application/json")
    headers = CIMultiDict[str]()
    for name, value in (result.get("headers") or {}).items():
        if name.lower() not in _NOT_RETURNED:
            headers.add(_line(name), _line(str(value)))
    status = int(result["statusCode"])
    if status not in _STATUSES:
        raise ValueError(f"{status} is no status of a response")
    return web.Response(status=status, headers=headers, body=_body(result))


def _line(text: str) -> str:
    """Return a text that fits into one line of a response's head.

    Raises:
        ValueError: it does not.
    """
    if not text.isprintable():
        raise ValueError("a header is not printable")
    return text


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body") or ""
    if result.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True)
    return (body if isinstance(body, str) else json.dumps(body)).encode()
