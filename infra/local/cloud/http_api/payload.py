"""Turn an HTTP request into the event of a function (payload format 2.0).

Cookies are left out: no function reads one.
"""

import base64
import json
import re
import time
import uuid
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from infra.local.cloud.template import AwsAccount

from .routes import Route

_TEXT: Final = re.compile(
    r"(text/|application/(json|javascript|xml|x-www-form-urlencoded|[^;]*\+(json|xml)))"
)
_NOT_FORWARDED: Final = frozenset(
    {"connection", "cookie", "expect", "keep-alive", "transfer-encoding"}
)


Matched = tuple[Route, dict[str, str]]


def event_of(
    request: web.BaseRequest, body: bytes, account: AwsAccount, matched: Matched
) -> bytes:
    """Return the event, as JSON, for a request that a route has matched.

    `x-forwarded-proto` says http, as the local gateway speaks, so that addresses a
    function builds from it work.
    """
    route, path_parameters = matched
    raw_path, _, query = request.raw_path.partition("?")
    headers = _headers(request)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(raw_path),
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(request, route, account, headers),
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = _query(query)
    if path_parameters:
        event["pathParameters"] = path_parameters
    if body:
        event |= _body(body, headers)
    return json.dumps(event).encode()


def _headers(request: web.BaseRequest) -> dict[str, str]:
    """Return headers with names in lower case and repeated ones joined."""
    headers: dict[str, str] = {}
    for name, raw in request.headers.items():
        key = name.lower()
        value = raw.encode(errors="surrogateescape").decode(errors="replace")
        if key not in _NOT_FORWARDED:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    sender = request.remote or "127.0.0.1"
    headers["x-amzn-trace-id"] = (
        f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
    )
    headers["x-forwarded-for"] = sender
    headers["x-forwarded-port"] = headers.get("host", "").rpartition(":")[2] or "80"
    headers["x-forwarded-proto"] = "http"
    return headers


def _context(
    request: web.BaseRequest, route: Route, account: AwsAccount, headers: dict[str, str]
) -> dict[str, Any]:
    now = time.time()
    return {
        "accountId": account.id,
        "apiId": "local",
        "domainName": headers.get("host", "localhost").partition(":")[0],
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": unquote(request.raw_path.partition("?")[0]),
            "protocol": "HTTP/1.1",
            "sourceIp": headers["x-forwarded-for"],
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex[:15] + "=",
        "routeKey": route.key,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }


def _query(query: str) -> dict[str, str]:
    """Return the decoded query, a repeated key's values joined by commas."""
    values: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        values[key] = f"{values[key]},{value}" if key in values else value
    return values


def _body(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """Return text as it is; anything else, or compressed, as base64.

    So is what is no text in spite of its type: the function sees what was sent.
    """
    is_text = _TEXT.match(headers.get("content-type", ""))
    if is_text and "content-encoding" not in headers:
        with suppress(UnicodeDecodeError):
            return {"body": body.decode()}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
