"""A function's answer, in payload format 2.0, as an HTTP response."""

import base64
import json
from typing import Any, Final

from aiohttp import web
from multidict import CIMultiDict

_NOT_RETURNED: Final = frozenset({"connection", "content-length", "transfer-encoding"})


def refusal(status: int, message: str) -> web.Response:
    """An answer that the gateway itself gives, worded as API Gateway does."""
    body = json.dumps({"message": message}, separators=(",", ":"))
    return web.Response(status=status, text=body, content_type="application/json")


def response_of(answer: bytes) -> web.Response:
    """The HTTP response a function's JSON answer describes.

    Without a `statusCode` the whole answer is the body of a 200, as format 2.0 says.

    Raises:
        ValueError: it is no JSON, or its status is no number.
        TypeError: a part of it has the wrong type.
    """
    result = json.loads(answer)
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result)
        return web.Response(text=text, content_type="application/json")
    headers = CIMultiDict[str]()
    for name, value in (result.get("headers") or {}).items():
        if name.lower() not in _NOT_RETURNED:
            headers.add(name, str(value))
    for cookie in result.get("cookies") or ():
        headers.add("Set-Cookie", cookie)
    body = _body(result)
    return web.Response(status=int(result["statusCode"]), headers=headers, body=body)


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body") or ""
    if result.get("isBase64Encoded"):
        return base64.b64decode(body)
    return (body if isinstance(body, str) else json.dumps(body)).encode()
