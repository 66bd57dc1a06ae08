"""Take a webhook of the database once, and enqueue what it tells."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from shared.aws import EventQueue, open_event_queue, wake
from shared.errors import Conflict
from shared.outbox import EventIntake
from shared.settings import HookSettings

from .hook import EventHook, WorkHook, WorkTable, read_hook

Wakes = Mapping[WorkTable, Callable[[], None]]


class Intake:
    """From the door to the queues."""

    def __init__(self, secrets: Sequence[str], queue: EventQueue, wakes: Wakes) -> None:
        self._secrets = secrets
        self._queue = queue
        self._wakes = wakes

    def read(self, headers: Mapping[str, str], body: bytes) -> EventHook | WorkHook:
        """Prove and read a webhook; raise `Unauthenticated` or `Invalid`."""
        return read_hook(headers, body, self._secrets)

    def take(self, hook: EventHook | WorkHook, outbox: EventIntake) -> None:
        """Enqueue an event, or wake who looks for work; looking twice does no harm.

        When a queue fails after the outbox has accepted, the relay finds the event.

        Raises:
            Conflict: a replay, or an event that is owed no longer.
            Unavailable: the queue cannot be reached.
        """
        if isinstance(hook, WorkHook):
            self._wakes[hook.table]()
            return
        if not outbox.accept(hook.event.id, hook.proof):
            raise Conflict("This webhook came before.", "replayed")
        self._queue.send([hook.event])


async def get_intake() -> Intake:
    """The intake of this environment, with the secrets that are in force now."""
    settings = HookSettings.read()
    wakes: Wakes = {
        "agents": partial(wake, settings.assignment_queue_url),
        "bulk_updates": partial(wake, settings.bulk_queue_url),
    }
    secrets = settings.webhook_secrets.get_secret_value()
    return Intake(secrets.split(","), open_event_queue(), wakes)
