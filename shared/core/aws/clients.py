"""boto3 clients, made once an environment.

boto3 comes with the Lambda runtime; it stays out of the layer, and out of functions
that answer people, where importing it would double a cold start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from shared.core.errors import Unavailable
from shared.core.settings import AwsSettings

from .codes import passes


@lru_cache(maxsize=8)
def client(service: str, attempts: int = 3, patience: int = 5) -> Any:  # noqa: ANN401, boto3 makes clients at run time
    """Return the client of a service; `AWS_ENDPOINT_URL` points it elsewhere.

    Args:
        service: as boto3 calls it.
        attempts: how often a call is tried.
        patience: seconds to wait for an answer.
    """
    import boto3
    from botocore.config import Config

    quick = Config(
        connect_timeout=2,
        read_timeout=patience,
        retries={"total_max_attempts": attempts},
    )
    return boto3.client(service, region_name=AwsSettings.read().region, config=quick)


@contextmanager
def outages() -> Iterator[None]:
    """Raise `Unavailable` for what passes by itself; whatever else is wrong stays."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    try:
        yield
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable from error
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if passes(error.response["Error"]["Code"], status):
            raise Unavailable from error
        raise
