"""One POST to an address that is not ours, bounded in every direction."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import httpx
from typing_extensions import override

from shared.core.settings import WebhookSettings

from .guard import AddressRefused, SsrfGuard

TIMEOUT_SECONDS = 10.0  # for everything: name, connection, certificate, answer
MAX_BYTES = 64 * 1024
EXCERPT = 1024


@dataclass(frozen=True)
class WebhookResponse:
    """What came back.

    Attributes:
        status: the HTTP status, None when there was no answer.
        retry_after: that header, as sent.
        excerpt: the first 1,024 characters of the body.
        error: why there was no answer, None when there was one.
        milliseconds: how long it took.
    """

    status: int | None = None
    retry_after: str | None = None
    excerpt: str | None = None
    error: str | None = None
    milliseconds: int = 0


class WebhookClient(Protocol):
    """Posting to a URL."""

    async def post(
        self, url: str, headers: Mapping[str, str], body: str
    ) -> WebhookResponse:
        """Post once and return what came back; failures are answers too."""
        ...


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def new_client(certificates: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """Return a client for `HttpxWebhookClient`, to be closed by whoever asked.

    It keeps no connection: one is known by its address alone, and another name at the
    same address has not shown its certificate there. It follows no redirect and reads
    no proxy from the environment.
    """
    return httpx.AsyncClient(
        verify=certificates or _certificates(),
        limits=httpx.Limits(max_keepalive_connections=0),
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
    )


@dataclass
class _Received:
    """What has come so far, should time run out."""

    response: httpx.Response | None = None
    body: bytearray = field(default_factory=bytearray)


class HttpxWebhookClient(WebhookClient):
    """`WebhookClient` over httpx, through the guard."""

    def __init__(
        self,
        guard: SsrfGuard,
        client: httpx.AsyncClient,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._guard = guard
        self._client = client
        self._seconds = seconds

    @override
    async def post(
        self, url: str, headers: Mapping[str, str], body: str
    ) -> WebhookResponse:
        started = time.monotonic()
        received = _Received()
        error = None
        try:
            # httpx limits each step; only this ends an answer that drips for ever.
            async with asyncio.timeout(self._seconds):
                await self._exchange(url, headers, body, received)
        except TimeoutError:
            error = f"No answer within {self._seconds:g} seconds."
        except (AddressRefused, httpx.HTTPError) as failure:
            error = str(failure) or type(failure).__name__
        # Whatever else a receiver makes our client raise is an attempt that failed:
        # unrecorded it would be sent again and again, outside of the schedule.
        except Exception as failure:  # noqa: BLE001
            error = type(failure).__name__
        spent = round((time.monotonic() - started) * 1000)
        return _response(received, error, spent)

    async def _exchange(
        self, url: str, headers: Mapping[str, str], body: str, received: _Received
    ) -> None:
        target = await self._guard.target(url)
        given = {**headers, "Host": target.host, "Accept-Encoding": "identity"}
        request = self._client.build_request(
            "POST",
            target.url,
            headers=given,
            content=body.encode(),
            extensions={"sni_hostname": target.name},
        )
        received.response = await self._client.send(request, stream=True)
        try:
            async for chunk in received.response.aiter_raw():
                received.body += chunk
                if len(received.body) >= MAX_BYTES:
                    return
        finally:
            await received.response.aclose()


def _response(received: _Received, error: str | None, spent: int) -> WebhookResponse:
    if received.response is None:
        return WebhookResponse(error=_storable(error or ""), milliseconds=spent)
    return WebhookResponse(
        status=received.response.status_code,
        retry_after=received.response.headers.get("retry-after"),
        excerpt=_storable(received.body[: 4 * EXCERPT].decode(errors="replace")),
        milliseconds=spent,
    )


def _storable(text: str) -> str:
    """Cut a text to what the log keeps, without what PostgreSQL cannot store."""
    readable = text.encode(errors="replace").decode()
    return readable.replace("\0", "\ufffd")[:EXCERPT]


@asynccontextmanager
async def open_client() -> AsyncIterator[WebhookClient]:
    """Return a client for the time of a block, as the environment allows it."""
    guard = SsrfGuard(WebhookSettings.read().allow_private)
    async with new_client() as client:
        yield HttpxWebhookClient(guard, client)
