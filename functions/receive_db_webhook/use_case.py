"""Take a webhook of the database once, and enqueue what it tells."""

from collections.abc import Mapping, Sequence

from shared.aws import EventQueue
from shared.clock import Chore, Waker
from shared.errors import Conflict
from shared.outbox import EventIntake

from .hook import EventHook, WorkHook, WorkTable, read_hook

CHORES: Mapping[WorkTable, Chore] = {
    "agents": Chore.WAITING_TICKETS,
    "bulk_updates": Chore.BULK_UPDATES,
}


class Intake:
    """From the door to the queues."""

    def __init__(self, secrets: Sequence[str], queue: EventQueue, waker: Waker) -> None:
        self._secrets = secrets
        self._queue = queue
        self._waker = waker

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
            self._waker.wake(CHORES[hook.table])
            return
        if not outbox.accept(hook.event.id, hook.proof):
            raise Conflict("This webhook came before.", "replayed")
        self._queue.send([hook.event])
