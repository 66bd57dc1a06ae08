"""Two ways to read AWS Systems Manager's Parameter Store.

Workers have boto3 anyway: it comes with Lambda, and they speak to other services. For
functions that people wait for it would add a quarter of a second to each cold start.
They ask AWS's own extension, a layer that reads the store in a process of its own and
answers on the loopback address, where a deployment has it (`ParametersExtension`).
Powertools' reader imports the clients of four services; Secrets Manager costs 0.40 USD
a month and secret, and we rotate by hand.
"""

import json
import os
from functools import lru_cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from shared.core.errors import Unavailable

EXTENSION = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"
"""The variable that says on which port the extension answers, where there is one."""


class NoParameter(Exception):
    """The store has no such parameter, or it is not ours to read."""


def fetch(name: str) -> str:
    """Return a parameter, decrypted, by the nearest way.

    Raises:
        NoParameter: it cannot be read.
        Unavailable: nobody answers.
    """
    port = os.environ.get(EXTENSION)
    return _ask_extension(name, int(port)) if port else _ask_aws(name)


def _ask_extension(name: str, port: int) -> str:
    """Ask as AWS's user guide says ("Using Parameter Store parameters in Lambda")."""
    query = urlencode({"name": name, "withDecryption": "true"})
    token = os.environ.get("AWS_SESSION_TOKEN", "")
    connection = HTTPConnection("localhost", port, timeout=3)
    try:
        connection.request(
            "GET",
            f"/systemsmanager/parameters/get?{query}",
            headers={"X-Aws-Parameters-Secrets-Token": token},
        )
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise Unavailable from error
    finally:
        connection.close()
    # 400 is also its word for "not yet", while it starts.
    if answer.status in (400, 403, 404) and b"not ready" not in body:
        raise NoParameter(f"the extension answered {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise Unavailable
    return str(json.loads(body)["Parameter"]["Value"])


def _ask_aws(name: str) -> str:
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
