"""Where a command comes from, so that it is counted for the address too."""

from aws_lambda_powertools import Logger
from fastapi import Request

from shared.core.auth import source_headers
from shared.core.errors import Unavailable
from shared.core.settings import SourceSettings


def prove_source(request: Request) -> dict[str, str]:
    """Return the headers that say where a command comes from, and prove it.

    Queries are not counted, so they prove nothing. Neither does a command while its
    secret cannot be read: then it is counted for the person alone.
    """
    if request.method == "GET" or request.client is None:
        return {}
    try:
        secret = SourceSettings.read().source_secret.get_secret_value()
    except Unavailable:
        Logger(child=True).warning("the secret that proves addresses could not be read")
        return {}
    return source_headers(request.client.host, secret)  # the gateway's word
