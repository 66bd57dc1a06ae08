"""Invoke functions with batches of messages from SQS."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from infra.local.cloud.environments import FunctionError
from infra.local.cloud.template import Event, Function

Invoke = Callable[[str, bytes], Awaitable[bytes]]
Json = dict[str, Any]

_MOST_AT_ONCE: Final = 10
_LONG_POLL: Final = 1
_PAUSE_AFTER_FAILURE: Final = 1.0

log = logging.getLogger(__name__)


class QueuePoller:
    """Feeds one queue to one function, a batch at a time.

    Args:
        function: whom to invoke.
        event: its `SQS` event.
        sqs: a boto3 SQS client; its calls run in threads.
        invoke: runs the named function with an event.
    """

    def __init__(
        self,
        function: Function,
        event: Event,
        sqs: Any,  # noqa: ANN401 (boto3 makes its classes at run time)
        invoke: Invoke,
    ) -> None:
        about = event.properties
        self._function = function.name
        self._arn: str = about["Queue"]
        self._batch = min(int(about.get("BatchSize", _MOST_AT_ONCE)), _MOST_AT_ONCE)
        reports = about.get("FunctionResponseTypes") or ()
        self._reports_failures = "ReportBatchItemFailures" in reports
        self._sqs = sqs
        self._invoke = invoke

    async def run(self) -> None:
        """Poll until cancelled; an error is logged and the polling goes on."""
        while True:
            try:
                await self._poll()
            except Exception:
                log.exception("Polling %s failed", self._arn)
                await asyncio.sleep(_PAUSE_AFTER_FAILURE)

    async def _poll(self) -> None:
        url = await asyncio.to_thread(self._url)
        while True:
            messages = await asyncio.to_thread(self._receive, url)
            if messages:
                await self._deliver(url, messages)

    async def _deliver(self, url: str, messages: list[Json]) -> None:
        """Invoke with a batch; delete what succeeded, leave the rest to reappear."""
        records = [self._record(message) for message in messages]
        event = json.dumps({"Records": records}).encode()
        try:
            result = await self._invoke(self._function, event)
            failed = self._failed(result, {each["messageId"] for each in records})
        except (FunctionError, ValueError, LookupError, TypeError) as error:
            log.error("%s failed a batch: %s", self._function, error)  # noqa: TRY400
            return
        done = [message for message in messages if message["MessageId"] not in failed]
        await asyncio.to_thread(self._delete, url, done)

    def _failed(self, result: bytes, batch: set[str]) -> set[str]:
        """Return the ids that the function reports; an unknown one fails the batch."""
        if not self._reports_failures:
            return set()
        failures = (json.loads(result) or {}).get("batchItemFailures") or []
        failed = {str(failure["itemIdentifier"]) for failure in failures}
        return failed if failed <= batch else batch

    def _record(self, message: Json) -> Json:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": self._arn.split(":")[3],
        }

    def _url(self) -> str:
        name = self._arn.rpartition(":")[2]
        return str(self._sqs.get_queue_url(QueueName=name)["QueueUrl"])

    def _receive(self, url: str) -> list[Json]:
        received = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=self._batch,
            WaitTimeSeconds=_LONG_POLL,
            MessageSystemAttributeNames=["All"],
        )
        messages: list[Json] = received.get("Messages", [])
        return messages

    def _delete(self, url: str, messages: list[Json]) -> None:
        """Delete messages; one that the queue keeps all the same comes once more."""
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
        ]
        if entries:
            self._sqs.delete_message_batch(QueueUrl=url, Entries=entries)
