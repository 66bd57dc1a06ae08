"""Take a webhook of the database once, and enqueue what it says."""

from collections.abc import Mapping, Sequence

from shared.core.errors import Conflict
from shared.core.jobs import JobTrigger, open_job_trigger
from shared.core.settings import HookSettings
from shared.outbox import EventIntake, EventMessage, EventQueue, open_event_queue

from .hook import EventHook, JobHook, read_hook


class Intake:
    """From a webhook to the queues."""

    def __init__(
        self, secrets: Sequence[str], queue: EventQueue, trigger: JobTrigger
    ) -> None:
        self._secrets = secrets
        self._queue = queue
        self._trigger = trigger

    def read(self, headers: Mapping[str, str], body: bytes) -> EventHook | JobHook:
        """Verify and read a webhook; raise `Unauthenticated` or `Invalid`."""
        return read_hook(headers, body, self._secrets)

    def take(self, hook: EventHook | JobHook, outbox: EventIntake) -> None:
        """Enqueue an event, or trigger a job; triggering twice does no harm.

        When a queue fails after the outbox has accepted, the relay finds the event.

        Raises:
            Conflict: a replay, or an event that is no longer pending.
            Unavailable: the queue cannot be reached.
        """
        if isinstance(hook, JobHook):
            self._trigger.trigger(hook.job)
            return
        event = hook.record
        if not outbox.accept(event.id, hook.proof):
            raise Conflict("This webhook came before.", "replayed")
        self._queue.send(
            [EventMessage(event_id=event.id, correlation_id=event.correlation_id)]
        )


async def get_intake() -> Intake:
    """Wire the intake, with the secrets that are in force now."""
    settings = HookSettings.read()
    return Intake(settings.secrets, open_event_queue(), open_job_trigger())
