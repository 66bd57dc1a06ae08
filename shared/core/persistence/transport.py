"""One pooled HTTP client an environment, on which numbers keep every digit."""

import logging
from functools import lru_cache

import httpx
from typing_extensions import override

from shared.core.errors import Unavailable
from shared.core.numbers import mark_numbers, unmark_numbers
from shared.core.observability import CORRELATION_HEADER, correlation_id

TIMEOUT_SECONDS = 10.0
_OF_THE_BODY = ("content-length", "content-encoding", "transfer-encoding")


class ExactTransport(httpx.BaseTransport):
    """Sends marked numbers as numbers, and marks those of responses."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.read()
        if (exact := unmark_numbers(sent)) is not sent:
            request = httpx.Request(
                request.method,
                request.url,
                headers=_without_length(request.headers),
                content=exact,
                extensions=request.extensions,
            )
        response = self._inner.handle_request(request)
        received = response.read()
        if (marked := mark_numbers(received)) is received:
            return response
        return httpx.Response(
            response.status_code,
            headers=_without_length(response.headers),
            content=marked,
            extensions=response.extensions,
        )

    @override
    def close(self) -> None:
        self._inner.close()


def _without_length(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [each for each in headers.multi_items() if each[0] not in _OF_THE_BODY]


@lru_cache(maxsize=1)
def connections() -> httpx.Client:
    """Return the HTTP client that every database of this environment shares."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request
    # Connections idle for 5 s are not used again, so a thawed environment never
    # writes into one that the other side has closed; connecting may be tried twice.
    return httpx.Client(
        timeout=TIMEOUT_SECONDS,
        transport=ExactTransport(httpx.HTTPTransport(retries=1)),
        event_hooks={"request": [_send_correlation_id], "response": [_refuse_outage]},
    )


def _send_correlation_id(request: httpx.Request) -> None:
    if current := correlation_id():
        request.headers[CORRELATION_HEADER] = current


def _refuse_outage(response: httpx.Response) -> None:
    # Gateways say so in words of their own, and the client keeps no status.
    if response.status_code in (502, 503, 504):
        raise Unavailable
