"""The way to PostgREST, on which numbers keep every digit."""

import httpx
from typing_extensions import override

from shared.core.types import mark_numbers, unmark_numbers

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
