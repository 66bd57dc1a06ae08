"""One id from a request to everything that follows from it.

It is API Gateway's id of the request, which the access log has too; an id that a client
sends is ignored, so that nobody can write into somebody else's trail. Every line of the
log carries it, the database stores it with the events of the request, and whoever works
on an event goes on with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aws_lambda_powertools import Logger

HEADER = "x-correlation-id"
"""Its name in our answers, towards the database, and in outbound webhooks."""

_log = Logger()
_followed: ContextVar[str | None] = ContextVar("followed", default=None)


def followed() -> str | None:
    """Return the id of what is worked on now, if it has one."""
    return _followed.get()


@contextmanager
def follow(correlation_id: str | None) -> Iterator[None]:
    """Let all that happens in the block belong to what an id stands for."""
    before = _followed.set(correlation_id)
    _log.thread_safe_append_keys(correlation_id=correlation_id)
    try:
        yield
    finally:
        _followed.reset(before)
        _log.thread_safe_append_keys(correlation_id=_followed.get())
