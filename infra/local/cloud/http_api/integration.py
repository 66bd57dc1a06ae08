"""From a matched request to its function and back."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from infra.local.cloud.environments import FunctionError
from infra.local.cloud.template import Place

from .answer import refusal, response_of
from .payload import Matched, event_of

Invoke = Callable[[str, bytes], Awaitable[bytes]]

EVENT_LIMIT: Final = 6 * 1024 * 1024

log = logging.getLogger(__name__)


class Integration:
    """Runs the function behind a route.

    Args:
        place: what the events say of account and address.
        invoke: runs the named function with an event.
    """

    def __init__(self, place: Place, invoke: Invoke) -> None:
        self._place = place
        self._invoke = invoke

    async def call(
        self, request: web.BaseRequest, body: bytes, matched: Matched
    ) -> web.Response:
        """The function's response, or what API Gateway says in its place."""
        event = event_of(request, body, self._place, matched)
        if len(event) > EVENT_LIMIT:
            return refusal(413, "Request Entity Too Large")
        function = matched[0].function
        try:
            return response_of(await self._invoke(function, event))
        except (FunctionError, ValueError, TypeError) as error:
            log.error("%s failed: %s", function, error)  # noqa: TRY400 (not ours)
            return refusal(500, "Internal Server Error")
