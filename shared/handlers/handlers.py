"""Handlers with a trail through the log, in an interpreter that is ready for them.

Wrapping is the end of a function's imports, so here the garbage collector begins, which
`functions.cold_start` has had wait. What was imported stays for good: frozen, no later
collection looks at it (https://docs.python.org/3/library/gc.html#gc.freeze).
"""

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools import Logger

from shared.telemetry import HEADER, follow

Answer = Callable[[dict[str, Any], Any], dict[str, Any]]
Handler = TypeVar("Handler", bound=Callable[..., Any])

_log = Logger()


def answering(handler: Answer) -> Answer:
    """Wrap what answers API Gateway: its trail begins here, and the answer names it."""

    @wraps(handler)
    def following(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401, Lambda's
        correlation_id = event["requestContext"]["requestId"]
        with follow(correlation_id):
            answer = handler(event, context)
        answer["headers"][HEADER] = correlation_id
        return answer

    return working(following)


def working(handler: Handler) -> Handler:
    """Wrap a worker: every line of its log says of which run it is."""
    _let_collect()
    wrapped: Handler = _log.inject_lambda_context(clear_state=True)(handler)
    return wrapped


def _let_collect() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
