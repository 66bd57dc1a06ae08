"""The event queue: everything that follows from what has happened."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.core.handlers import LambdaContext, worker_handler
from shared.core.jobs import coalesced_triggers

from .use_case import get_process

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@worker_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the messages that the queue is to deliver again."""
    with coalesced_triggers():
        failed = process_partial_response(event, _on_record, processor, context=context)
    return dict(failed)


def _on_record(record: SQSRecord) -> None:
    get_process().take(record.body)
