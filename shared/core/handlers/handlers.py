"""Wrappers of Lambda handlers: correlation ids, logging, garbage collection.

Wrapping is the end of a function's imports, so here the garbage collector begins, which
`functions.cold_start` has had wait. What was imported stays for good: frozen, no later
collection looks at it (https://docs.python.org/3/library/gc.html#gc.freeze).
"""

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext as LambdaContext

from shared.core.observability import CORRELATION_HEADER, correlation_scope

HttpHandler = Callable[[dict[str, Any], Any], dict[str, Any]]
Handler = TypeVar("Handler", bound=Callable[..., Any])
_log = Logger()


def http_handler(handler: HttpHandler) -> HttpHandler:
    """Wrap a handler of API Gateway: its request id is the correlation id."""

    @wraps(handler)
    def scoped(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401, Lambda's
        correlation_id = event["requestContext"]["requestId"]
        with correlation_scope(correlation_id):
            answer = handler(event, context)
        answer["headers"][CORRELATION_HEADER] = correlation_id
        return answer

    return worker_handler(scoped)


def worker_handler(handler: Handler) -> Handler:
    """Wrap a worker: every log line names the invocation."""
    _start_garbage_collection()
    wrapped: Handler = _log.inject_lambda_context(clear_state=True)(handler)
    return wrapped


def _start_garbage_collection() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
