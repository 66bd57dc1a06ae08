"""The queue between the database's webhook and those who react (Amazon SQS)."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from shared.errors import Unavailable
from shared.events import DomainEvent
from shared.settings import EventQueueSettings

from .clients import client, outages

BATCH = 10  # messages, SQS's limit of one call


class EventQueue(Protocol):
    """Where events wait for a worker; at least once, in no order."""

    def send(self, events: Sequence[DomainEvent]) -> None:
        """Enqueue events, or raise `Unavailable` when any was not taken."""
        ...

    def waiting(self) -> int:
        """Return about how many events wait for a worker."""
        ...


class SqsQueue:
    """`EventQueue` over one SQS queue."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, events: Sequence[DomainEvent]) -> None:
        """Send in batches of ten; the event's id is the id of its entry."""
        for batch in _batches(events):
            entries = [
                {"Id": str(event.id), "MessageBody": event.model_dump_json()}
                for event in batch
            ]
            with outages():
                answer = client("sqs").send_message_batch(
                    QueueUrl=self._url, Entries=entries
                )
            if answer.get("Failed"):
                raise Unavailable("The queue did not take every event.")

    def waiting(self) -> int:
        """Return the queue's own estimate, which may be a minute old."""
        wanted = "ApproximateNumberOfMessages"
        with outages():
            answer = client("sqs").get_queue_attributes(
                QueueUrl=self._url, AttributeNames=[wanted]
            )
        return int(answer["Attributes"][wanted])


def open_event_queue() -> SqsQueue:
    """Return the queue that the environment names."""
    return SqsQueue(EventQueueSettings.read().event_queue_url)


def send_message(url: str, body: str, seconds: int = 0) -> None:
    """Send one message, to be received now or in so many seconds (900 at most).

    Raises:
        Unavailable: the queue cannot be reached.
    """
    with outages():
        client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=seconds)


def _batches(events: Sequence[DomainEvent]) -> Iterator[Sequence[DomainEvent]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]
