"""The SQS queue between the outbox and the worker that processes events."""

from collections.abc import Sequence
from typing import Protocol

from typing_extensions import override

from shared.core.aws import count_messages, send_messages
from shared.core.settings import EventQueueSettings

from .models import EventMessage


class EventQueue(Protocol):
    """Where events wait for a worker; at least once, in no order."""

    def send(self, messages: Sequence[EventMessage]) -> None:
        """Enqueue events, or raise `Unavailable` when any was not taken."""
        ...

    def waiting(self) -> int:
        """Return about how many events wait for a worker."""
        ...


class SqsEventQueue(EventQueue):
    """`EventQueue` over Amazon SQS."""

    def __init__(self, url: str) -> None:
        self._url = url

    @override
    def send(self, messages: Sequence[EventMessage]) -> None:
        bodies = {str(each.event_id): each.model_dump_json() for each in messages}
        send_messages(self._url, bodies)

    @override
    def waiting(self) -> int:
        return count_messages(self._url)


def open_event_queue() -> SqsEventQueue:
    """Return the queue that the environment names."""
    return SqsEventQueue(EventQueueSettings.read().event_queue_url)
