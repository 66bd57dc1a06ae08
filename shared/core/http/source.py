"""Proof to the database that a command comes from us, and from which address."""

from aws_lambda_powertools import Logger

from shared.core.auth import source_headers
from shared.core.errors import Unavailable
from shared.core.observability import correlation_id
from shared.core.settings import SourceSettings


def prove_source(method: str, address: str) -> dict[str, str]:
    """Return the headers that say where a command comes from, and prove it.

    Queries are not counted and cause nothing, so they prove nothing. Neither does a
    command while its secret cannot be read: then it is counted for the person alone,
    and the database gives what it causes a correlation id of its own.

    Args:
        method: of the request.
        address: of API Gateway's request context; a header of the client may say any.
    """
    if method == "GET":
        return {}
    try:
        secret = SourceSettings.read().source_secret.get_secret_value()
    except Unavailable:
        Logger(child=True).warning("the secret that proves addresses could not be read")
        return {}
    return source_headers(address, correlation_id(), secret)
