"""Correlation ids: one id from a request to everything that follows from it.

It is API Gateway's id of the request, which the access log has too; an id that a client
sends is ignored, so that nobody can write into the log of another request. Every line
of the log carries it, the database stores it with the events of the request, and the
workers of those events go on with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aws_lambda_powertools import Logger

CORRELATION_HEADER = "x-correlation-id"
"""Its name in our answers, towards the database, and in outbound webhooks."""

_log = Logger()
_current: ContextVar[str | None] = ContextVar("correlation_id", default=None)


def correlation_id() -> str | None:
    """Return the correlation id of the current scope, if it has one."""
    return _current.get()


@contextmanager
def correlation_scope(correlation_id: str | None) -> Iterator[None]:
    """Put a correlation id on every log line and database call in the block."""
    before = _current.set(correlation_id)
    _log.thread_safe_append_keys(correlation_id=correlation_id)
    try:
        yield
    finally:
        _current.reset(before)
        _log.thread_safe_append_keys(correlation_id=_current.get())
