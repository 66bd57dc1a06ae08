"""Take a webhook of the database once, and enqueue its event."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from shared.aws import EventQueue, open_event_queue
from shared.errors import Conflict
from shared.outbox import EventIntake
from shared.settings import HookSettings

from .hook import Hook, read_hook


class Intake:
    """From the door to the queue."""

    def __init__(self, secrets: Sequence[str], queue: EventQueue) -> None:
        self._secrets = secrets
        self._queue = queue

    def read(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """Prove and read a webhook; raise `Unauthenticated` or `Invalid`."""
        return read_hook(headers, body, self._secrets)

    def take(self, hook: Hook, outbox: EventIntake) -> None:
        """Enqueue the event.

        When the queue fails after the outbox has accepted, the relay finds the event.

        Raises:
            Conflict: a replay, or an event that is owed no longer.
        """
        if not outbox.accept(hook.event.id, hook.proof):
            raise Conflict("This webhook came before.", "replayed")
        self._queue.send([hook.event])


async def get_intake() -> Intake:
    """The intake of this environment."""
    return _intake()


@lru_cache(maxsize=1)
def _intake() -> Intake:
    secrets = HookSettings.read().webhook_secrets.get_secret_value()
    return Intake(secrets.split(","), open_event_queue())
