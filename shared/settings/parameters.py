"""Secrets from AWS Systems Manager's Parameter Store, read when first needed.

The environment holds a name; the value is never in the template, the console or a
deployment's log. boto3 comes with Lambda, and whoever needs a secret needs it anyway.
Powertools' reader imports the clients of four services and has no answer while the
store is away; AWS's extension is a layer of its own in every region, and not here on
a laptop; Secrets Manager costs 0.40 USD a month and secret, and we rotate by hand.
"""

import os
import time
from functools import lru_cache
from typing import Any

from shared.errors import Unavailable

MAX_AGE_SECONDS = 300.0
"""How long a replaced secret may be used on; until then the old one has to be good."""

PATIENCE_SECONDS = 30.0
"""How long we go on with what we know when the store does not answer."""


class NoParameter(Exception):
    """The store has no such parameter, or it is not ours to read."""


class ParameterStore:
    """Parameters by name, remembered for five minutes, and longer in an outage."""

    def __init__(self, max_age: float = MAX_AGE_SECONDS) -> None:
        self._max_age = max_age
        self._known: dict[str, str] = {}
        self._fresh_until: dict[str, float] = {}

    def read(self, name: str) -> str:
        """Return a parameter, decrypted.

        Raises:
            NoParameter: it cannot be read.
            Unavailable: the store does not answer, and we have never read it.
        """
        now = time.monotonic()
        if now >= self._fresh_until.get(name, now):
            try:
                self._known[name] = _fetch(name)
                self._fresh_until[name] = now + self._max_age
            except Unavailable:
                if name not in self._known:
                    raise
                self._fresh_until[name] = now + PATIENCE_SECONDS
        return self._known[name]


def _fetch(name: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = _client().get_parameter(Name=name, WithDecryption=True)
    except BotoCoreError as error:
        raise Unavailable from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ParameterNotFound", "AccessDeniedException"):
            raise NoParameter(code) from None
        raise Unavailable from error
    return str(answer["Parameter"]["Value"])


@lru_cache(maxsize=1)
def _client() -> Any:  # noqa: ANN401, boto3 makes clients at run time
    import boto3
    from botocore.config import Config

    quick = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    region = os.environ.get("AWS_REGION")
    return boto3.client("ssm", region_name=region, config=quick)
