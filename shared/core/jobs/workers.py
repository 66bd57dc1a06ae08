"""Starting the worker of a job (AWS Lambda, invoked asynchronously)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared.core.aws import client, outages
from shared.core.settings import WorkerFunctions

from .jobs import Job

StartWorker = Callable[[Job, Mapping[str, Any]], None]
"""Starts the worker of a job with an event; raises `Unavailable` when it cannot."""


def open_workers() -> StartWorker:
    """Return what starts the workers that the environment names."""
    functions = WorkerFunctions.read()
    return lambda job, event: invoke(str(getattr(functions, job)), event)


def invoke(function: str, event: Mapping[str, Any]) -> None:
    """Invoke a function without waiting for its result.

    Args:
        function: its ARN.
        event: what its handler is called with.

    Raises:
        Unavailable: Lambda cannot be reached, or takes no more for now.
    """
    with outages():
        client("lambda").invoke(
            FunctionName=function,
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )
