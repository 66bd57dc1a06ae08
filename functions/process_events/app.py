"""The event queue: everything that follows from what has happened."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.clock import gathering
from shared.handlers import working

from .parts import get_process

processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@working
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages that the queue is to deliver again."""
    with gathering():
        told = process_partial_response(event, _on_record, processor, context=context)
    return dict(told)


def _on_record(record: SQSRecord) -> None:
    get_process().take(record.body)
