"""Send one queued request; whatever happens, it has a result that can be stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import hdrs
from psycopg.types.json import Jsonb
from yarl import URL

USER_AGENT = "pg_net/0.20.4"
LONGEST = 60_000  # milliseconds that a request may take, whatever it asks for
LARGEST = 16 << 20  # bytes of a response
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Result:
    """The result of one request, in the columns of `net._http_response`."""

    status: int | None = None
    content: str | None = None
    headers: Mapping[str, str] | None = None
    content_type: str | None = None
    timed_out: bool = False
    error: str | None = None

    def row(self, request_id: int) -> Row:
        """Return the values of the row."""
        headers = None
        if self.headers is not None:
            pairs = self.headers.items()
            headers = Jsonb({_clean(name): _clean(value) for name, value in pairs})
        texts = (self.content_type, self.timed_out, self.error and _clean(self.error))
        return (request_id, self.status, self.content, headers, *texts)


async def send(session: aiohttp.ClientSession, row: Row) -> Result:
    """Send a row of `net.http_request_queue`."""
    milliseconds = row[3]
    try:
        return await _sent(session, row)
    except TimeoutError:
        text = f"Timeout of {milliseconds} ms reached."
        return Result(timed_out=True, error=text)
    except aiohttp.ClientConnectorError:
        return Result(error="Couldn't connect to server")
    except Exception as error:  # noqa: BLE001 (a row must never come again)
        return Result(error=str(error) or type(error).__name__)


async def _sent(session: aiohttp.ClientSession, row: Row) -> Result:
    _, method, url, milliseconds, headers, body = row
    seconds = max(1, min(milliseconds, LONGEST)) / 1000
    async with session.request(
        method.upper(),
        URL(url, encoded=True),
        headers={hdrs.ACCEPT: "*/*", **_texts(headers), "User-Agent": USER_AGENT},
        data=body,
        timeout=aiohttp.ClientTimeout(total=seconds),
        skip_auto_headers=[hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE],
    ) as response:
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > LARGEST:
                return Result(error=f"The response is larger than {LARGEST} bytes")
        text = _clean(_text(response, content)) or None
        kind = response.headers.get(hdrs.CONTENT_TYPE)
        content_type = None if kind is None else _clean(kind)
        return Result(response.status, text, response.headers, content_type)


def _texts(headers: object) -> dict[str, str]:
    """Return headers as text: of numbers and booleans their JSON, without nulls.

    Raises:
        TypeError: they are no object.
    """
    if headers is None:
        return {}
    if not isinstance(headers, dict):
        raise TypeError("headers must be a JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in headers.items()
        if value is not None
    }


def _text(response: aiohttp.ClientResponse, content: bytearray) -> str:
    """Return the text of a response, read as UTF-8 if it names no other encoding."""
    try:
        return content.decode(response.charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """Return a text as the database takes it: UTF-8, and no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
