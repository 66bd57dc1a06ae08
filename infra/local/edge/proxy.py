"""Pass on a request and its response, with as little work as possible."""

from collections.abc import Iterable

from aiohttp import (
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    hdrs,
    web,
)
from multidict import CIMultiDict
from yarl import URL

POOL = 256  # connections kept to the services
SMALL = 1 << 16  # bytes of a request body that are passed on at once
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
NOT_PASSED_ON = {*HOP_BY_HOP, "host", "content-length", "authorization", "expect"}
OWN_RESPONSE_HEADERS = {*HOP_BY_HOP, "date", "server", "access-control-allow-origin"}
NOT_ADDED = (hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE, hdrs.USER_AGENT)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EXPOSED = "Content-Range, Link, X-Supabase-Api-Version, X-Total-Count"
CORS: dict[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
}


def open_session() -> ClientSession:
    """Return a session that changes nothing of what passes through it."""
    return ClientSession(
        auto_decompress=False,
        connector=TCPConnector(limit=POOL, keepalive_timeout=60),
        cookie_jar=DummyCookieJar(),
        skip_auto_headers=NOT_ADDED,
        timeout=ClientTimeout(total=None),  # the services have limits of their own
    )


async def expectation(request: web.Request) -> None:
    """Let a client that waits for it send its body; ignore what else one expects."""
    if (
        request.headers.get("Expect", "").lower() == "100-continue"
        and request.transport
    ):
        request.transport.write(CONTINUE)


async def pass_on(
    session: ClientSession, request: web.Request, target: str, authorization: str
) -> web.StreamResponse:
    """Send the request to `target` and stream back the response."""
    headers = _without(request.headers.items(), NOT_PASSED_ON)
    if authorization:
        headers.add(hdrs.AUTHORIZATION, authorization)
    body = await _body(request)
    async with session.request(
        request.method,
        URL(target, encoded=True),
        headers=headers,
        data=body,
        allow_redirects=False,
    ) as upstream:
        kept = _without(upstream.headers.items(), OWN_RESPONSE_HEADERS)
        kept.extend(CORS)
        first = await upstream.content.readany()
        if upstream.content.at_eof():
            return web.Response(
                status=upstream.status, headers=kept, body=first or None
            )
        response = web.StreamResponse(status=upstream.status, headers=kept)
        await response.prepare(request)
        await response.write(first)
        async for chunk in upstream.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
        return response


async def _body(request: web.Request) -> object:
    if not request.can_read_body:
        return None
    length = request.content_length
    if length is not None and length <= SMALL:
        return await request.read()
    return request.content


def _without(
    headers: Iterable[tuple[str, str]], left_out: set[str]
) -> CIMultiDict[str]:
    return CIMultiDict(pair for pair in headers if pair[0].lower() not in left_out)
