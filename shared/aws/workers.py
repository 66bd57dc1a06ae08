"""Starting other functions of ours (AWS Lambda, invoked asynchronously)."""

import json
from collections.abc import Mapping
from typing import Any

from .clients import client, outages


def start(function: str, event: Mapping[str, Any]) -> None:
    """Have a worker run; what it answers is its own affair.

    Args:
        function: its ARN.
        event: what it is told.

    Raises:
        Unavailable: Lambda cannot be reached, or takes no more for now.
    """
    with outages():
        client("lambda").invoke(
            FunctionName=function,
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )
