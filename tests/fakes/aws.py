"""AWS as boto3's clients see it: results by operation, and the calls that came."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from shared.core.settings import WorkerFunctions

from .results import find_result

EVENT_QUEUE = "https://sqs.example.com/events"
JOB_QUEUE = "https://sqs.example.com/jobs"
SETTINGS = {
    "AWS_REGION": "eu-west-1",
    "EVENT_BUS_NAME": "events",
    "EVENT_QUEUE_URL": EVENT_QUEUE,
    "JOB_QUEUE_URL": JOB_QUEUE,
    "MAIL_FROM": "Desk <desk@example.com>",
    **{f"WORKER_{job}".upper(): f"arn:{job}" for job in WorkerFunctions.model_fields},
}
"""The environment of functions in which this is AWS."""
EMPTY_QUEUE = {"Attributes": {"ApproximateNumberOfMessages": "0"}}


def aws_error(code: str, status: int = 400, message: str = "") -> ClientError:
    """Return the exception that boto3 raises for an error of AWS."""
    error = {"Code": code, "Message": message}
    about = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(about, "Operation")


@dataclass
class FakeAws:
    """Takes the place of `boto3.client`.

    A result is what the operation returns, or an exception that it raises; or an
    `in_turn()` of results, or a callable that takes the arguments and returns one.
    """

    results: dict[str, Any] = field(
        default_factory=lambda: {
            "get_queue_attributes": EMPTY_QUEUE,
            "invoke": {},
            "put_events": {"FailedEntryCount": 0},
            "send_email": {},
            "send_message": {},
            "send_message_batch": {},
        }
    )
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def client(self, service: str, **options: object) -> "Client":
        """Return the client of any service."""
        return Client(self)

    def arguments(self, operation: str) -> list[dict[str, Any]]:
        """The arguments of each call of an operation."""
        return [arguments for name, arguments in self.calls if name == operation]

    def enqueued(self) -> list[Any]:
        """The messages that were sent to the event queue."""
        batches = self.arguments("send_message_batch")
        assert all(batch["QueueUrl"] == EVENT_QUEUE for batch in batches)
        entries = [entry for batch in batches for entry in batch["Entries"]]
        return [json.loads(entry["MessageBody"]) for entry in entries]

    def triggered(self) -> list[tuple[str, int]]:
        """The jobs that were triggered, and after how many seconds each."""
        messages = self.arguments("send_message")
        assert all(message["QueueUrl"] == JOB_QUEUE for message in messages)
        return [
            (json.loads(message["MessageBody"])["job"], message["DelaySeconds"])
            for message in messages
        ]

    def call(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Record a call, and return its result."""
        self.calls.append((operation, arguments))
        result = find_result(self.results[operation], arguments)
        if isinstance(result, Exception):
            raise result
        return result


@dataclass(frozen=True)
class Client:
    """A client of boto3: every operation is a method."""

    aws: FakeAws

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **arguments: self.aws.call(operation, arguments)
