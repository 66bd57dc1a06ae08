"""A message that only means: somebody look, there may be something to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from pydantic import Field

from shared.aws import send_message
from shared.models import Model
from shared.settings import WakeSettings

from .chores import Chore

_gathered: ContextVar[dict[Chore, int] | None] = ContextVar("gathered", default=None)


class WakeUp(Model):
    """The message, in its one form."""

    chore: str = Field(description="What to do; one that is not known is ignored.")


class Waker(Protocol):
    """Has workers woken."""

    def wake(self, chore: Chore, seconds: int = 0) -> None:
        """Have the worker look, now or in so many seconds (900 at most).

        Raises:
            Unavailable: nobody can be woken; the clock finds what is left.
        """
        ...


class QueueWaker:
    """`Waker` over the queue from which `wake_workers` is woken itself."""

    def __init__(self, url: str) -> None:
        self._url = url

    def wake(self, chore: Chore, seconds: int = 0) -> None:
        """Send the message, or keep it for the end of `gathering`."""
        if (gathered := _gathered.get()) is not None:
            gathered[chore] = max(seconds, gathered.get(chore, 0))
            return
        send_message(self._url, WakeUp(chore=chore).model_dump_json(), seconds)


@contextmanager
def gathering() -> Iterator[None]:
    """Send one wake-up for all of a chore in the block, by when all of them are due.

    Who works on ten events would send ten, and the last one says it all.

    Raises:
        Unavailable: at the end, as `Waker.wake`.
    """
    gathered: dict[Chore, int] = {}
    before = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(before)
        for chore, seconds in gathered.items():
            open_waker().wake(chore, seconds)


def open_waker() -> QueueWaker:
    """Return the waker of this deployment."""
    return QueueWaker(WakeSettings.read().wake_queue_url)


def read_wake_up(body: str) -> str:
    """Return the name of the chore in a message.

    Raises:
        ValidationError: it is no wake-up.
    """
    return WakeUp.model_validate_json(body).chore
