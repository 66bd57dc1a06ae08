"""The job queue: messages that make the worker of a job look for due work."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from pydantic import Field
from typing_extensions import override

from shared.core.aws import send_message
from shared.core.settings import JobQueueSettings
from shared.core.types import Model

from .jobs import Job

_coalesced: ContextVar[dict[Job, int] | None] = ContextVar("coalesced", default=None)


class JobMessage(Model):
    """A message of the job queue."""

    job: str = Field(description="Which job is due; an unknown one is ignored.")


class JobTrigger(Protocol):
    """Triggering jobs out of turn."""

    def trigger(self, job: Job, seconds: int = 0) -> None:
        """Have the worker of a job look now, or in so many seconds (900 at most).

        Raises:
            Unavailable: the queue cannot be reached; the scheduler finds what is left.
        """
        ...


class SqsJobTrigger(JobTrigger):
    """`JobTrigger` over the SQS queue that `dispatch_jobs` reads."""

    def __init__(self, url: str) -> None:
        self._url = url

    @override
    def trigger(self, job: Job, seconds: int = 0) -> None:
        if (coalesced := _coalesced.get()) is not None:
            coalesced[job] = max(seconds, coalesced.get(job, 0))
            return
        send_message(self._url, JobMessage(job=job).model_dump_json(), seconds)


@contextmanager
def coalesced_triggers() -> Iterator[None]:
    """Send one message a job for all triggers in the block, when the last is due.

    Whoever works on ten events would send ten, and the last one says it all.

    Raises:
        Unavailable: at the end, as `JobTrigger.trigger`.
    """
    coalesced: dict[Job, int] = {}
    before = _coalesced.set(coalesced)
    try:
        yield
    finally:
        _coalesced.reset(before)
        for job, seconds in coalesced.items():
            open_job_trigger().trigger(job, seconds)


def open_job_trigger() -> SqsJobTrigger:
    """Return the trigger over the queue that the environment names."""
    return SqsJobTrigger(JobQueueSettings.read().job_queue_url)


def read_job_message(body: str) -> str:
    """Return the name of the job in a message.

    Raises:
        ValidationError: it is no message of the job queue.
    """
    return JobMessage.model_validate_json(body).job
