"""Take a webhook of the database: prove it, read it, take it once, enqueue it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from pydantic import ValidationError

from shared.auth import accept_proof, verify_hook
from shared.aws import EventQueue, SqsQueue
from shared.errors import Conflict, Invalid
from shared.events import DomainEvent, TicketEvent
from shared.models import Model
from shared.outbox import EventIntake
from shared.settings import HookSettings


class HookBody(Model):
    """The platform's form of a webhook, as far as we need it."""

    type: Literal["INSERT"]
    table: Literal["ticket_events"]
    record: DomainEvent


class Intake:
    """What a webhook goes through."""

    def __init__(self, secrets: Sequence[str], queue: EventQueue) -> None:
        self._secrets = secrets
        self._queue = queue

    def take(
        self, headers: Mapping[str, str], body: bytes, outbox: EventIntake
    ) -> TicketEvent:
        """Enqueue the event and return it.

        When the queue fails after the outbox has accepted, the relay finds the event.

        Raises:
            Unauthenticated: not signed, or stale.
            Invalid: signed, but no event that we know.
            Conflict: a replay, or an event that is owed no longer.
        """
        secret = verify_hook(headers, body, self._secrets)
        try:
            event = HookBody.model_validate_json(body).record
        except ValidationError:
            raise Invalid("This is no event that we know.", "unknown-event") from None
        if not outbox.accept(event.id, accept_proof(str(event.id), secret)):
            raise Conflict("This webhook came before.", "replayed")
        self._queue.send([event])
        return event


@lru_cache(maxsize=1)
def get_intake() -> Intake:
    """The intake of this environment, made once."""
    settings = HookSettings.read()
    secrets = settings.webhook_secrets.get_secret_value().split(",")
    return Intake(secrets, SqsQueue(settings.event_queue_url))
