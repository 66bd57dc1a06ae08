"""boto3 clients, made once an environment.

boto3 comes with the Lambda runtime; it stays out of the layer, and out of functions
that answer people, where importing it would double a cold start.
"""

from functools import lru_cache
from typing import Any

from shared.settings import AwsSettings


@lru_cache(maxsize=8)
def client(service: str) -> Any:  # noqa: ANN401, boto3 makes clients at run time
    """Return the client of a service; `AWS_ENDPOINT_URL` points it elsewhere."""
    import boto3
    from botocore.config import Config

    quick = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client(service, region_name=AwsSettings.read().region, config=quick)
