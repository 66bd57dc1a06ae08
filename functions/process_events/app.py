"""The event queue: everything that follows from what has happened."""

import json
from functools import lru_cache, partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.aws import EventBridgeBus, wake
from shared.events import parse_event
from shared.outbox import Work
from shared.persistence import open_worker_database
from shared.reactions import FillWebhooks, NotifyPeople, PublishToBus, reaction_table
from shared.settings import FanOutSettings

from .use_case import EventProcess

log = Logger()
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@lru_cache(maxsize=1)
def get_process() -> EventProcess:
    """The reactions of this deployment, wired once."""
    settings = FanOutSettings.read()
    work = Work(open_worker_database())
    table = reaction_table(
        NotifyPeople(work),
        FillWebhooks(work, partial(wake, settings.webhook_queue_url)),
        PublishToBus(EventBridgeBus(settings.event_bus_name), work),
    )
    return EventProcess(work, table)


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages that the queue is to deliver again."""
    return dict(process_partial_response(event, _on_record, processor, context=context))


def _on_record(record: SQSRecord) -> None:
    get_process().run(parse_event(json.loads(record.body)).id)
